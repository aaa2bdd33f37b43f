import type { Problem } from '@baton/rules/check/problems.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { StepKind } from '@baton/rules/documents/journey.ts';
import type { StepOf } from '@baton/rules/journey/step-kind.ts';
import type { FactChoice } from '../fact-options.ts';

/** What the fields of a step work with. `change` says what was changed, for undo, and puts the new step in its place. */
export type StepFieldsProps<K extends StepKind> = {
  id: string;
  step: StepOf<K>;
  library: Library;
  facts: FactChoice;
  teams: readonly { value: string; label: string }[];
  /** Problems of a field, by its path inside the step. */
  at: (path: string) => readonly Problem[];
  change: (what: string, step: StepOf<K>) => void;
};

export const titled = (documents: ReadonlyMap<string, { id: string; title: string }>) =>
  [...documents.values()]
    .map(({ id, title }) => ({ value: id, label: title }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
