import { createHash } from 'node:crypto';
import { sha256 } from '@baton/functions/import/sha256.ts';
import { splitCells } from '@baton/functions/import/split-cells.ts';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const record = fc.string({
  unit: fc.constantFrom('"', '"', ',', ',', ';', ' ', 'a', 'é', '😀', '\r'),
  minLength: 1,
  maxLength: 12,
});

test('cells are told apart as csv-parse does it, bad records included', () => {
  fc.assert(
    fc.property(record, (text) => {
      let expected: string[] | undefined;
      try {
        [expected] = parse(text, { record_delimiter: ['\n'], relax_column_count: true });
      } catch {
        expected = undefined;
      }

      const cells = splitCells(text, ',');

      expect('reason' in cells ? undefined : cells).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

test('a hash is the one that Node gives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
    }),
  );
});
