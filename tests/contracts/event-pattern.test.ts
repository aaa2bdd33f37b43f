import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchPattern } from '@baton/infra/local/event-pattern.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';

/** What AWS answered; recorded elsewhere and not part of the project. */
const recordings = join(import.meta.dirname, '../../../shared/conformance/eventbridge-patterns.json');
const recorded = existsSync(recordings);

type Case = {
  name: string;
  pattern: Json;
  patternText?: string;
  event: JsonObject;
  matches?: boolean;
  error?: string;
};

const operators = [
  'prefix',
  'suffix',
  'anything-but',
  'numeric',
  'exists',
  'cidr',
  'equals-ignore-case',
  'wildcard',
  '$or',
];

function ours({ pattern, patternText, event }: Case): boolean | 'error' {
  try {
    return matchPattern(patternText === undefined ? pattern : JSON.parse(patternText), event);
  } catch {
    return 'error';
  }
}

function operatorsOf({ pattern, patternText }: Case): string[] {
  const text = patternText ?? JSON.stringify(pattern);
  const used = operators.filter((operator) => text.includes(`"${operator}"`));
  return used.length > 0 ? used : ['exact'];
}

function share(cases: { right: boolean }[]): number {
  return cases.filter(({ right }) => right).length / cases.length;
}

test.skipIf(!recorded)('answers as AWS does (skipped where ../shared/conformance is absent)', () => {
  const cases: Case[] = JSON.parse(readFileSync(recordings, 'utf8'));
  const scored = cases.map((one) => ({ ...one, right: ours(one) === (one.error ? 'error' : one.matches) }));
  const service = scored.filter(({ name }) => name.startsWith('localstack/'));

  const line = (label: string, of: typeof scored) =>
    `  ${label.padEnd(20)} ${of.filter(({ right }) => right).length}/${of.length} (${(100 * share(of)).toFixed(1)} %)`;
  const perOperator = [...operators, 'exact'].map((operator) =>
    line(
      operator,
      scored.filter((one) => operatorsOf(one).includes(operator)),
    ),
  );
  const wrong = scored.filter(({ right }) => !right).map(({ name }) => `  differs: ${name}`);
  console.info(
    ['event patterns', line('the service', service), line('all', scored), ...perOperator, ...wrong].join(
      '\n',
    ),
  );

  expect(share(service)).toBeGreaterThanOrEqual(0.99);
  expect(share(scored)).toBeGreaterThanOrEqual(0.97);
});
