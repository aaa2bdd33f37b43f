import { runHandoverTests, runRuleTests, runTableTests, type TestResult } from '../decide/run-tests.ts';
import type { DocumentKind, Library } from '../documents/index.ts';
import { runJourneyTests } from '../journey/run-tests.ts';

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
