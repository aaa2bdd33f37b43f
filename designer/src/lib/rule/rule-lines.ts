import type { DocumentLine } from '@baton/functions/api/views.ts';
import type { BestPractice, Library, Stage } from '@baton/rules/documents/index.ts';

/** One rule or table in a list: what the host says of it, and the live document where there is one. */
export type RuleLine = { line: DocumentLine; href: string; rule?: BestPractice };
export type RuleSection = { id: string; title: string; stage?: Stage; lines: RuleLine[] };

/**
 * Rules under the first of their stages in cycle order, then those for every stage and outside the cycle, then tables, then what
 * was never live. A section without lines is left out.
 */
export function rulesByStage(lines: readonly DocumentLine[], library: Library): RuleSection[] {
  const stages = [...library.stages.values()].sort((a, b) => a.order - b.order);
  const rules = lines
    .filter(({ kind }) => kind === 'best-practice')
    .map((line): RuleLine => {
      const rule = library['best-practice'].get(line.id);
      return { line, href: `/rules/${encodeURIComponent(line.id)}`, ...(rule ? { rule } : {}) };
    });
  const tables = lines
    .filter(({ kind }) => kind === 'tables')
    .map((line): RuleLine => ({ line, href: `/tables/${encodeURIComponent(line.id)}` }));
  const place = ({ rule }: RuleLine): string => {
    if (!rule) return 'new';
    if (rule.stages.includes('any')) return 'any';
    return stages.find(({ id }) => rule.stages.includes(id))?.id ?? 'none';
  };
  const sections: RuleSection[] = [
    ...stages.map((stage) => ({ id: stage.id, title: stage.title, stage, lines: [] })),
    { id: 'any', title: 'In every stage', lines: [] },
    { id: 'none', title: 'Outside the cycle', lines: [] },
    { id: 'new', title: 'Not live yet', lines: [] },
  ];
  return [
    ...sections.map((section) => ({ ...section, lines: rules.filter((line) => place(line) === section.id) })),
    { id: 'tables', title: 'Decision tables', lines: tables },
  ].filter(({ lines }) => lines.length > 0);
}

/** Whether the words of a search stand in what is shown of a line. */
export function matches({ line, rule }: RuleLine, search: string): boolean {
  const about = `${line.title} ${line.id} ${line.team} ${rule?.conflictGroup ?? ''}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => about.includes(word));
}

/** A rule whose review date has passed. `today`: an ISO date of the host's clock. */
export const isOverdue = (rule: BestPractice | undefined, today: string): boolean =>
  rule !== undefined && rule.reviewBy < today;
