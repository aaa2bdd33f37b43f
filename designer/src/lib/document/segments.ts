import type { Problem } from '@baton/rules/check/problems.ts';

/** One thing that is proved of a document, and how it went. */
export type Segment<Id extends string> = { id: Id; words: string; judgement?: 'good' | 'risk' | 'bad' };

export function segmentOfProblems(problems: readonly Problem[]): Segment<'problems'> {
  const isBad = problems.some(({ severity }) => severity === 'error');
  return {
    id: 'problems',
    words: problems.length === 0 ? 'No problems' : `Problems ${problems.length}`,
    judgement: isBad ? 'bad' : problems.length > 0 ? 'risk' : 'good',
  };
}

/** `of`: how many there are; the results may still be missing. */
export function segmentOfTests(
  results: readonly { passed: boolean }[],
  of: number,
): Segment<'tests'> & { title: string } {
  const passed = results.filter((result) => result.passed).length;
  return {
    id: 'tests',
    title: 'Tests',
    words: `Tests ${passed}/${of}`,
    judgement: passed === of ? 'good' : 'bad',
  };
}
