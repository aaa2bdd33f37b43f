import { testsOf } from '@baton/rules/check/document-tests.ts';
import { type Problem, problemCatalogue } from '@baton/rules/check/problems.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { describeProblem, readLibrary } from './library.ts';

/** Lists every problem of a library and runs the tests that its documents carry. */
export async function validateCommand(folder?: string): Promise<number> {
  const findings = await findingsIn(folder);
  const { library, problems, results } = findings;
  for (const problem of problems) process.stdout.write(problemText(problem));
  const failed = results.filter(({ passed }) => !passed);
  for (const result of failed) process.stdout.write(failureText(result));

  const documents = Object.values(library).reduce((sum, kind) => sum + kind.size, 0);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  process.stdout.write(
    `${documents} documents, ${errors} errors, ${problems.length - errors} warnings; ${results.length} document tests, ${failed.length} failed\n`,
  );
  return isSound(findings) ? 0 : 1;
}

type Findings = { library: Library; problems: Problem[]; results: Result[] };

export async function findingsIn(folder?: string): Promise<Findings> {
  const { library, problems } = await readLibrary(folder);
  return { library, problems, results: await documentTests(library) };
}

/** Warnings may stay. */
export const isSound = (findings: Findings): boolean => hindrances(findings).length === 0;

/** What keeps documents from going live, as it is printed. */
export const hindrances = ({ problems, results }: Findings): string[] => [
  ...problems.filter(({ severity }) => severity === 'error').map(problemText),
  ...results.filter(({ passed }) => !passed).map(failureText),
];

function problemText(problem: Problem): string {
  const remedy = problemCatalogue[problem.code]?.remedy;
  return `${problem.severity.padEnd(7)} ${describeProblem(problem)}\n${remedy ? `        → ${remedy}\n` : ''}`;
}

const failureText = ({ document, name, expected, got }: Result): string =>
  `failed  ${document}: ${name}\n        expected ${JSON.stringify(expected)}\n        got      ${JSON.stringify(got)}\n`;

type Result = { document: string; name: string; passed: boolean; expected: unknown; got: unknown };

export async function documentTests(library: Library): Promise<Result[]> {
  const results: Result[] = [];
  for (const kind of ['best-practice', 'tables', 'handovers', 'journeys'] as const)
    for (const id of library[kind].keys())
      for (const test of await testsOf(kind, id, library))
        results.push({ document: `${kind}/${id}`, ...test });
  return results;
}
