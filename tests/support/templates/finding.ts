import type { Deployed } from './resolve.ts';

/** What a gate found: which of its rules, where, and a sentence. */
export type Finding = { rule: string; at: string; says: string };

/** Something that looks at a deployment and says what is wrong with it; nothing where it is as it should be. */
export type Gate = (deployed: Deployed) => Finding[] | Promise<Finding[]>;
