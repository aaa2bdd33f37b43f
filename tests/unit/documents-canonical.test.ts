import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import { type DocumentKind, documentKinds, isDocumentKind } from '@baton/rules/documents/index.ts';
import { jsonSchemaText } from '@baton/rules/documents/json-schema.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aHandover, aRule, aTable, frozen, leaf } from '../support/documents.ts';

const rules = join(import.meta.dirname, '../../rules');
const kinds = Object.keys(documentKinds).filter(isDocumentKind);

/** The same value with the keys of every object in another order. */
function shuffled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((entry) => shuffled(entry, seed));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry], index) => ({
    key,
    entry,
    place: (seed * (index + 7)) % 101,
  }));
  return Object.fromEntries(
    entries.sort((a, b) => a.place - b.place).map(({ key, entry }) => [key, shuffled(entry, seed)]),
  );
}

function textOf(kind: DocumentKind, input: unknown): string {
  const parsed = parseDocument(kind, input);
  if (!parsed.ok)
    throw new Error(parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return canonicalText(kind, parsed.document);
}

describe('canonical text', () => {
  const documents: [DocumentKind, object][] = [
    [
      'best-practice',
      aRule({
        conditions: {
          all: [
            { not: leaf('contact', '$.x', 'in', ['b', 'a']) },
            leaf('a', '$.b', 'equal', { fact: 'c', path: '$.d' }),
          ],
        },
      }),
    ],
    ['tables', aTable()],
    ['handovers', aHandover()],
  ];

  test.each(documents)(
    'of %s depends on no order of keys and is the text of its own text',
    (kind, document) => {
      const text = textOf(kind, document);

      fc.assert(
        fc.property(fc.integer({ min: 1, max: 100 }), (seed) => {
          expect(textOf(kind, shuffled(document, seed))).toBe(text);
        }),
        { numRuns: 20 },
      );
      expect(textOf(kind, text)).toBe(text);
    },
  );

  test('keeps the order of the schema for fields and of the alphabet for entries', () => {
    const text = textOf(
      'best-practice',
      aRule({ tests: [{ expect: { outcome: 'true' }, facts: { b: { z: 1, a: 2 }, a: {} }, name: 'x' }] }),
    );

    expect(text.indexOf('"id"')).toBeLessThan(text.indexOf('"title"'));
    expect(text).toContain(
      '"facts": {\n        "a": {},\n        "b": {\n          "a": 2,\n          "z": 1\n        }\n      },\n      "expect"',
    );
    expect(text.endsWith('}\n')).toBe(true);
    expect(text).not.toContain('\r');
  });

  test('keeps the order of lists and changes no document', () => {
    const rule = frozen(aRule({ stages: ['developed', 'any'] }));

    expect(JSON.parse(canonicalText('best-practice', rule))).toEqual(rule);
  });
});

describe.each(kinds)('%s', (kind) => {
  test('the committed JSON Schema is the one of the zod schema ("npm run schemas" writes it)', () => {
    expect(readFileSync(join(rules, `schemas/${kind}.schema.json`), 'utf8')).toBe(jsonSchemaText(kind));
  });

  const folder = join(rules, 'library', kind);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  test.skipIf(files.length === 0)('every document that ships parses and is canonical', () => {
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      const parsed = parseDocument(kind, text, { file });
      expect(parsed.ok ? [] : parsed.problems, file).toEqual([]);
      if (parsed.ok) expect(canonicalText(kind, parsed.document), file).toBe(text);
    }
  });
});
