import type { DecisionTable } from '@baton/rules/documents/table.ts';

/** Which of the rows that fit decides. */
export const hitPolicyWords: Readonly<Record<DecisionTable['hitPolicy'], { title: string; about: string }>> =
  {
    first: { title: 'First', about: 'The first row that fits decides.' },
    unique: { title: 'Unique', about: 'Only one row may fit; two are an error and nothing is decided.' },
    any: { title: 'Any', about: 'Several rows may fit where they give out the same.' },
    priority: {
      title: 'Priority',
      about: 'Of the rows that fit, the one whose output stands first in its list decides.',
    },
    collect: { title: 'Collect', about: 'Every row that fits gives out its part.' },
  };
