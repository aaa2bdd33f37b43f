/** Where something stands in a JSON text. */
export type Span = { from: number; to: number };

type Level = { kind: 'object' | 'array'; key: string; index: number; expects: 'key' | 'value' };

/**
 * Walks a text, also a broken one, and tells the way into the document at every value, key and end of a string. It never
 * fails: an editor asks while somebody is in the middle of a word.
 */
function* walk(text: string): Generator<{ path: string[]; role: 'key' | 'value'; span: Span }> {
  const levels: Level[] = [];
  const path = () => levels.map((level) => (level.kind === 'object' ? level.key : String(level.index)));
  const token = /"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g;
  for (const match of text.matchAll(token)) {
    const [word] = match;
    const span = { from: match.index, to: match.index + word.length };
    const level = levels.at(-1);
    if (word === '{' || word === '[') {
      yield { path: path(), role: 'value', span };
      levels.push({
        kind: word === '{' ? 'object' : 'array',
        key: '',
        index: 0,
        expects: word === '{' ? 'key' : 'value',
      });
    } else if (word === '}' || word === ']') levels.pop();
    else if (word === ',' && level) {
      level.index += 1;
      level.expects = level.kind === 'object' ? 'key' : 'value';
    } else if (word === ':' && level) level.expects = 'value';
    else if (level?.kind === 'object' && level.expects === 'key') {
      level.key = word.replace(/^"|"$/g, '');
      yield { path: path(), role: 'key', span };
    } else yield { path: path(), role: 'value', span };
  }
}

/** The place of `conditions.all.0.value`, or of the nearest thing around it that is there. */
export function placeOf(text: string, wanted: string): Span {
  const path = wanted === '' ? [] : wanted.split('.');
  let best: { depth: number; span: Span } = { depth: -1, span: { from: 0, to: Math.min(1, text.length) } };
  for (const { path: here, role, span } of walk(text)) {
    if (here.length > path.length || here.some((name, index) => name !== path[index])) continue;
    // Of a whole object or list the key is shown, of a single value the value.
    const opens = text[span.from] === '{' || text[span.from] === '[';
    const better = here.length > best.depth || (here.length === best.depth && role === 'value' && !opens);
    if (better) best = { depth: here.length, span };
  }
  return best.span;
}

/** What is being written at a place: a key or a value, the way to it, and the word that stands there. */
export function writtenAt(
  text: string,
  offset: number,
): { path: string[]; role: 'key' | 'value'; span: Span } {
  const before = text.slice(0, offset);
  const levels: Level[] = [];
  let last: { role: 'key' | 'value'; span: Span } | undefined;
  for (const match of before.matchAll(/"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const [word] = match;
    const level = levels.at(-1);
    last = undefined;
    if (word === '{' || word === '[')
      levels.push({
        kind: word === '{' ? 'object' : 'array',
        key: '',
        index: 0,
        expects: word === '{' ? 'key' : 'value',
      });
    else if (word === '}' || word === ']') levels.pop();
    else if (word === ',' && level) {
      level.index += 1;
      level.expects = level.kind === 'object' ? 'key' : 'value';
    } else if (word === ':' && level) level.expects = 'value';
    else {
      const isKey = level?.kind === 'object' && level.expects === 'key';
      if (isKey) level.key = word.replace(/^"|"$/g, '');
      last = { role: isKey ? 'key' : 'value', span: { from: match.index, to: match.index + word.length } };
    }
  }
  const level = levels.at(-1);
  const role = last?.role ?? (level?.kind === 'object' && level.expects === 'key' ? 'key' : 'value');
  const steps = levels.map((one) => (one.kind === 'object' ? one.key : String(one.index)));
  const touches = last && last.span.to === offset ? last.span : { from: offset, to: offset };
  return { path: role === 'key' ? steps.slice(0, -1) : steps, role, span: touches };
}
