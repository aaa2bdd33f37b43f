import { runHandoverTests, runRuleTests, runTableTests, type TestResult } from '../decide/run-tests.ts';
import type { DocumentKind, Library } from '../documents/index.ts';
import { runJourneyTests } from '../journey/run-tests.ts';
import { type Problem, problem } from './problems.ts';

/** The tests that a document carries and that do not hold, as problems of it. */
export async function failedTests(kind: DocumentKind, id: string, library: Library): Promise<Problem[]> {
  const results = await testsOf(kind, id, library);
  return results.flatMap(({ name, passed, expected, got }, index) =>
    passed
      ? []
      : [
          problem(
            'test-fails',
            `${kind}/${id}`,
            `tests.${index}`,
            `The test "${name}" expects ${JSON.stringify(expected)} and gets ${JSON.stringify(got)}.`,
          ),
        ],
  );
}

/** Runs the tests that a document of a library carries; none where its kind carries none. */
export async function testsOf(kind: DocumentKind, id: string, library: Library): Promise<TestResult[]> {
  const rule = kind === 'best-practice' ? library[kind].get(id) : undefined;
  if (rule) return runRuleTests(rule);
  const table = kind === 'tables' ? library[kind].get(id) : undefined;
  if (table) return runTableTests(table);
  const handover = kind === 'handovers' ? library[kind].get(id) : undefined;
  if (handover) return runHandoverTests(handover);
  const journey = kind === 'journeys' ? library[kind].get(id) : undefined;
  return journey ? runJourneyTests(journey, library) : [];
}
