import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';
import { runOnce } from '../support/asl-host.ts';

/**
 * Scores the interpreter on what Step Functions itself answered. The recordings are not part of the project; where
 * they are absent there is nothing to score. The number of a history event in a cause is left out: nothing here has one.
 */
const recordings = join(import.meta.dirname, '../../../shared/conformance');
const present = existsSync(join(recordings, 'asl'));
if (!present) console.info(`asl-conformance: no recordings at ${recordings}; skipped`);

type Case = {
  group: string;
  name: string;
  definition: JsonObject;
  input: Json;
  lambdas: Record<string, string>;
  clock?: string;
  expect: { status: string; output?: Json; error?: string; cause?: string };
};

type Level = { States?: Record<string, JsonObject>; QueryLanguage?: string };

function allJsonata(level: Level, language: string): boolean {
  return Object.values(level.States ?? {}).every((state) => {
    if ((state.QueryLanguage ?? language) !== 'JSONata') return false;
    const inner = [state.ItemProcessor ?? [], state.Iterator ?? [], state.Branches ?? []].flat() as Level[];
    return inner.every((one) => allJsonata(one, language));
  });
}

function jsonataCases(): Case[] {
  const folder = join(recordings, 'asl');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file): Case[] =>
      JSON.parse(readFileSync(join(folder, file), 'utf8')).map((one: Case) => ({
        ...one,
        group: file.slice(0, -5),
      })),
    )
    .filter(({ definition }) => allJsonata(definition, String(definition.QueryLanguage ?? 'JSONPath')));
}

function withoutEventNumbers<T>(value: T): T {
  return value === undefined
    ? value
    : JSON.parse(JSON.stringify(value).replace(/ \(entered at the event id #\d+\)/g, ''));
}

type Verdict = { result: boolean; strict: boolean; differences: string[] };

async function score(one: Case): Promise<Verdict> {
  const { matches } = await import(join(recordings, 'lib/compare.mjs'));
  const { makeInvoker } = await import(join(recordings, 'lib/lambdas.mjs'));
  const invokeLambda = makeInvoker(one.lambdas, { sleep: async () => undefined });
  const differences: string[] = [];
  const got = await runOnce(one.definition, one.input, {
    ...(one.clock ? { at: one.clock } : {}),
    invoke: async (functionName, payload) => {
      try {
        return await invokeLambda(functionName, payload);
      } catch (thrown) {
        const failure = thrown as Error & { payload?: Json };
        throw failure.payload ? Object.assign(failure, { cause: JSON.stringify(failure.payload) }) : failure;
      }
    },
  }).catch((thrown: Error) => ({
    status: 'REFUSED',
    error: thrown.name,
    cause: thrown.message,
    output: undefined,
  }));

  const want = withoutEventNumbers(one.expect);
  if (want.status !== got.status)
    differences.push(`${want.status} wanted, ${got.status} ${got.error} ${got.cause} got`);
  const result =
    want.status === got.status &&
    (want.status === 'SUCCEEDED'
      ? matches(want.output, got.output, '$', differences)
      : want.error === undefined
        ? got.error === undefined
        : matches(want.error, got.error, 'error', differences));
  const strict =
    result &&
    (want.status === 'SUCCEEDED' ||
      want.cause === undefined ||
      matches(want.cause, got.cause, 'cause', differences));
  return { result, strict, differences };
}

test.runIf(present)(
  'answers as Step Functions did in at least 98 % of the recorded JSONata cases',
  async () => {
    const tally = new Map<string, { all: number; result: number; strict: number }>();
    const failures: string[] = [];
    for (const one of jsonataCases()) {
      const verdict = await score(one);
      for (const group of [one.group, 'TOTAL']) {
        const counted = tally.get(group) ?? { all: 0, result: 0, strict: 0 };
        counted.all += 1;
        counted.result += Number(verdict.result);
        counted.strict += Number(verdict.strict);
        tally.set(group, counted);
      }
      if (!verdict.strict) failures.push(`${one.name}: ${verdict.differences.join(' | ').slice(0, 400)}`);
    }

    const rows = [...tally].sort(([a], [b]) => Number(a === 'TOTAL') - Number(b === 'TOTAL'));
    for (const [group, { all, result, strict }] of rows) {
      console.info(`${group.padEnd(22)} result ${result}/${all}  with cause ${strict}/${all}`);
    }
    for (const failure of failures) console.info(`differs: ${failure}`);
    const total = tally.get('TOTAL') ?? { all: 0, result: 0, strict: 0 };
    expect(total.all).toBeGreaterThan(100);
    expect(total.result / total.all).toBeGreaterThanOrEqual(0.98);
  },
);
