import { problemCatalogue } from '@baton/rules/check/problems.ts';
import { runHandoverTests, runRuleTests, runTableTests } from '@baton/rules/decide/run-tests.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { runJourneyTests } from '@baton/rules/journey/run-tests.ts';
import { describeProblem, readLibrary } from './library.ts';

/** Lists every problem of a library and runs the tests that its documents carry. */
export async function validateCommand(folder?: string): Promise<number> {
  const { library, problems } = await readLibrary(folder);
  for (const problem of problems) {
    const remedy = problemCatalogue[problem.code]?.remedy;
    process.stdout.write(
      `${problem.severity.padEnd(7)} ${describeProblem(problem)}\n${remedy ? `        → ${remedy}\n` : ''}`,
    );
  }
  const results = await documentTests(library);
  const failed = results.filter(({ passed }) => !passed);
  for (const { document, name, expected, got } of failed)
    process.stdout.write(
      `failed  ${document}: ${name}\n        expected ${JSON.stringify(expected)}\n        got      ${JSON.stringify(got)}\n`,
    );

  const documents = Object.values(library).reduce((sum, kind) => sum + kind.size, 0);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  process.stdout.write(
    `${documents} documents, ${errors} errors, ${problems.length - errors} warnings; ${results.length} document tests, ${failed.length} failed\n`,
  );
  return errors + failed.length > 0 ? 1 : 0;
}

type Result = { document: string; name: string; passed: boolean; expected: unknown; got: unknown };

async function documentTests(library: Library): Promise<Result[]> {
  const results: Result[] = [];
  const add = (document: string, tests: Omit<Result, 'document'>[]) =>
    results.push(...tests.map((test) => ({ document, ...test })));
  for (const rule of library['best-practice'].values())
    add(`best-practice/${rule.id}`, await runRuleTests(rule));
  for (const table of library.tables.values()) add(`tables/${table.id}`, await runTableTests(table));
  for (const handover of library.handovers.values())
    add(`handovers/${handover.id}`, await runHandoverTests(handover));
  for (const journey of library.journeys.values())
    add(`journeys/${journey.id}`, await runJourneyTests(journey, library));
  return results;
}
