import type { Condition, Root } from './condition.ts';
import type { TraceLine } from './evaluate.ts';

type Node = { outcome: 'true' | 'false' | 'unknown'; lines: TraceLine[] };

/**
 * The lines of a trace that made a condition false: of `all` the parts that did not hold, of `any` every part, below `not`
 * what did hold. `trace` is the trace of this very condition, a line for each leaf in document order.
 */
export function decisiveLines(root: Root, trace: readonly TraceLine[]): TraceLine[] {
  const lines = trace.values();
  const decided = (node: Condition): Node => {
    if ('not' in node) return negated(decided(node.not));
    if ('all' in node) return joined(node.all.map(decided), 'false');
    if ('any' in node) return joined(node.any.map(decided), 'true');
    const line = lines.next().value;
    return line ? { outcome: line.outcome, lines: [line] } : { outcome: 'unknown', lines: [] };
  };
  return decided(root).lines;
}

const opposite = { true: 'false', false: 'true', unknown: 'unknown' } as const;
const negated = ({ outcome, lines }: Node): Node => ({ outcome: opposite[outcome], lines });

/** A group is settled by the parts that have the outcome which alone suffices; where none has, by all of them. */
function joined(nodes: readonly Node[], suffices: 'true' | 'false'): Node {
  const settling = nodes.filter(({ outcome }) => outcome === suffices);
  if (settling.length > 0) return { outcome: suffices, lines: settling.flatMap(({ lines }) => lines) };
  const unknown = nodes.filter(({ outcome }) => outcome === 'unknown');
  if (unknown.length > 0) return { outcome: 'unknown', lines: unknown.flatMap(({ lines }) => lines) };
  return { outcome: opposite[suffices], lines: nodes.flatMap(({ lines }) => lines) };
}
