import { type Facts, factsFrom, resolveReference, withFact } from '@baton/rules/conditions/path.ts';
import type { TestResult } from '@baton/rules/decide/run-tests.ts';
import type { TableDecision } from '@baton/rules/decide/table.ts';
import type { FactReference } from '@baton/rules/documents/common.ts';
import type { DecisionTable } from '@baton/rules/documents/table.ts';
import type { Json } from '@baton/rules/json.ts';
import { factsInScope, noFacts } from '#lib/conditions/facts-in-scope.ts';
import { createEditing } from '#lib/document/editing.svelte.ts';
import { liveLibrary } from '#lib/document/live-library.svelte.ts';

/** One decision table on the screen. A table may serve several journeys, so it may read the payload of any event. */
export function createTablePage(id: string) {
  const editing = createEditing('tables', id);
  let results = $state.raw<TestResult[]>([]);
  let facts = $state.raw<Facts>();
  let about = $state('');
  let decision = $state.raw<TableDecision>();
  let turn = 0;

  const table = $derived(editing.document);
  const scope = $derived.by(() => {
    const library = liveLibrary();
    return library ? factsInScope(library, { events: [...library.events.keys()] }) : noFacts;
  });

  $effect(() => {
    const [now, held] = [table, facts];
    if (now) void run(now, held);
  });

  async function run(now: DecisionTable, held: Facts | undefined): Promise<void> {
    turn += 1;
    const mine = turn;
    const { decideTable, runTableTests } = await import('#lib/rule/deciding.ts');
    // A table that is in the middle of an edit may not decide at all; its problems say why.
    const tests = await runTableTests(now).catch(() => []);
    const decided = held && (await decideTable(now, held).catch(() => undefined));
    if (mine !== turn) return;
    results = tests;
    decision = decided;
  }

  return {
    editing,
    get table() {
      return table;
    },
    get scope() {
      return scope;
    },
    get results() {
      return results;
    },
    get facts() {
      return facts;
    },
    get about() {
      return about;
    },
    get decision() {
      return facts ? decision : undefined;
    },
    get tried() {
      if (!facts || !decision) return undefined;
      if (decision.kind === 'row') return { wins: [decision.row], masked: decision.masked };
      if (decision.kind === 'rows') return { wins: decision.rows.map(({ row }) => row), masked: [] };
      return { wins: [], masked: decision.kind === 'conflict' ? decision.rows : [] };
    },
    valueOf: (reference: FactReference) => resolveReference(reference, facts ?? {}),
    useTest(name: string) {
      const test = table?.tests.find((one) => one.name === name);
      if (!test) return;
      facts = factsFrom(test.facts);
      about = `the test “${name}”`;
    },
    byHand() {
      facts = {};
      about = 'facts made by hand';
    },
    set(reference: FactReference, value: Json | undefined) {
      facts = withFact(facts ?? {}, reference, value);
    },
  };
}
export type TablePage = ReturnType<typeof createTablePage>;
