import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSchedule } from '@baton/infra/local/schedule.ts';
import { expect, test } from 'vitest';

/** What AWS accepted and refused; recorded elsewhere and not part of the project. */
const recordings = join(import.meta.dirname, '../../../shared/conformance/schedule-expressions.json');

type Case = { api: string; expression: string; valid: boolean };

function accepts(expression: string): boolean {
  try {
    parseSchedule(expression);
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!existsSync(recordings))(
  'accepts the expressions that AWS accepts (skipped where ../shared/conformance is absent)',
  () => {
    const cases: Case[] = JSON.parse(readFileSync(recordings, 'utf8'));
    const wrong = cases.filter(({ expression, valid }) => accepts(expression) !== valid);

    console.info(
      [
        `schedule expressions ${cases.length - wrong.length}/${cases.length}`,
        ...wrong.map(
          ({ api, expression, valid }) => `  ${api} ${valid ? 'accepts' : 'refuses'} ${expression}`,
        ),
      ].join('\n'),
    );

    expect(wrong).toEqual([]);
  },
);
