/** Where something stands in a JSON text. */
export type Span = { from: number; to: number };

type Level = { kind: 'object' | 'array'; key: string; index: number; expects: 'key' | 'value' };

const token = /"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g;
const pathOf = (levels: readonly Level[]): string[] =>
  levels.map((level) => (level.kind === 'object' ? level.key : String(level.index)));

/** Goes one token on; answers what the token is, where it is a key or a value. */
function step(levels: Level[], word: string): 'key' | 'value' | undefined {
  const level = levels.at(-1);
  switch (word) {
    case '{':
    case '[': {
      const kind = word === '{' ? 'object' : 'array';
      levels.push({ kind, key: '', index: 0, expects: kind === 'object' ? 'key' : 'value' });
      return 'value';
    }
    case '}':
    case ']':
      levels.pop();
      return undefined;
    case ',':
      if (level) {
        level.index += 1;
        level.expects = level.kind === 'object' ? 'key' : 'value';
      }
      return undefined;
    case ':':
      if (level) level.expects = 'value';
      return undefined;
    default:
      if (level?.kind !== 'object' || level.expects !== 'key') return 'value';
      level.key = word.replace(/^"|"$/g, '');
      return 'key';
  }
}

/**
 * Walks a text, also a broken one, and tells the way into the document at every key and value. It never fails: an editor
 * asks while somebody is in the middle of a word.
 */
function* walk(text: string): Generator<{ path: string[]; role: 'key' | 'value'; span: Span }> {
  const levels: Level[] = [];
  for (const match of text.matchAll(token)) {
    const [word] = match;
    const before = pathOf(levels);
    const role = step(levels, word);
    const span = { from: match.index, to: match.index + word.length };
    if (role) yield { path: role === 'key' ? pathOf(levels) : before, role, span };
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
  const levels: Level[] = [];
  let last: { role: 'key' | 'value'; span: Span } | undefined;
  for (const match of text.slice(0, offset).matchAll(token)) {
    const [word] = match;
    const role = step(levels, word);
    const isWord = role !== undefined && word !== '{' && word !== '[';
    last = isWord ? { role, span: { from: match.index, to: match.index + word.length } } : undefined;
  }
  const level = levels.at(-1);
  const role = last?.role ?? (level?.kind === 'object' && level.expects === 'key' ? 'key' : 'value');
  const steps = pathOf(levels);
  const touches = last && last.span.to === offset ? last.span : { from: offset, to: offset };
  return { path: role === 'key' ? steps.slice(0, -1) : steps, role, span: touches };
}
