/** The candidate a writer most likely meant, or `undefined` where none is close: at most a third of the letters differ. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bound = Math.max(2, Math.floor(word.length / 3));
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > bound) continue;
    const edits = editDistance(word, candidate, bound);
    if (edits > bound || (edits === bound && best !== undefined)) continue;
    best = candidate;
    bound = edits;
  }
  return best;
}

/** "Did you mean …?" ready to stand in a message, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found === undefined ? '' : ` Did you mean "${found}"?`;
}

/** Levenshtein's distance, one row at a time; no further once no way can stay within the bound. */
function editDistance(a: string, b: string, bound: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (let column = 1; column <= b.length; column += 1) {
      const same = letter === b[column - 1] ? 0 : 1;
      next.push(Math.min((row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, (row[column - 1] ?? 0) + same));
    }
    row = next;
    if (Math.min(...row) > bound) return bound + 1;
  }
  return row[b.length] ?? a.length;
}
