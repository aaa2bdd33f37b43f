export type PatternPart = { kind: 'text'; text: string } | { kind: 'column'; name: string };

const tokens = /\{\{|\}\}|\{([^{}]+)\}|[{}]|[^{}]+/g;

/** Takes "order {order_id}" apart into text and columns; `{{` and `}}` stand for braces. */
export function parsePattern(pattern: string): { parts: PatternPart[]; problem?: string } {
  const parts: PatternPart[] = [];
  for (const [token, name] of pattern.matchAll(tokens)) {
    if (name !== undefined) parts.push({ kind: 'column', name });
    else if (token === '{' || token === '}')
      return {
        parts,
        problem: `has a "${token}" that stands alone; write "${token}${token}" for the sign itself`,
      };
    else parts.push({ kind: 'text', text: token === '{{' ? '{' : token === '}}' ? '}' : token });
  }
  return { parts };
}
