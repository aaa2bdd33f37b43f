import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { completionsAt } from '../../designer/src/lib/json/json-completion.ts';
import { placeOf, writtenAt } from '../../designer/src/lib/json/json-places.ts';

const rules = join(import.meta.dirname, '../../rules');
const text = readFileSync(join(rules, 'library/best-practice/win-back-good-customers.json'), 'utf8');
const schema: unknown = JSON.parse(readFileSync(join(rules, 'schemas/best-practice.schema.json'), 'utf8'));

describe('the place of a problem', () => {
  test.each([
    ['title', '"Try to win back good customers who left over price, service or a competitor"'],
    ['conditions.all.0.operator', '"in"'],
    ['conditions.all.2.value.1', '"b"'],
    ['event.params', '"params"'],
    ['owner.person', '"owner"'],
  ])('%s', (path, shown) => {
    const { from, to } = placeOf(text, path);

    expect(text.slice(from, to)).toBe(shown);
  });

  test('is somewhere in the text, also of a broken one', () => {
    for (const broken of ['', '{', '{"a": [1, {"b', '}}}', 'nonsense'])
      expect(placeOf(broken, 'a.1.b').to).toBeLessThanOrEqual(broken.length);
  });
});

describe('what is being written', () => {
  test.each([
    ['{"a": {"b": [1, "tw', { path: ['a', 'b', '1'], role: 'value' }],
    ['{"a": {"b', { path: ['a'], role: 'key' }],
    ['{"a": 1, ', { path: [], role: 'key' }],
    ['{"a": ', { path: ['a'], role: 'value' }],
    ['[{"x": "\\" {", ', { path: ['0'], role: 'key' }],
  ])('%s', (written, expected) => {
    expect(writtenAt(written, written.length)).toMatchObject(expected);
  });
});

describe('completion', () => {
  const labels = (written: string, known: { value: string }[] = []) =>
    completionsAt(written, written.length, schema, () => known).options.map(({ label }) => label);

  test('names the keys of an object, also behind references and alternatives', () => {
    expect(labels('{"ow')).toContain('owner');
    expect(labels('{"conditions": {"all": [{"any": [{"fa')).toEqual(
      expect.arrayContaining(['fact', 'path', 'operator', 'value', 'any', 'not']),
    );
    expect(labels('{"event": {"params": {"')).toEqual(expect.arrayContaining(['journey', 'queue', 'stage']));
  });

  test('names the values that the schema lists, and those that only the library knows', () => {
    expect(labels('{"event": {"type": "')).toEqual(
      expect.arrayContaining(['journey.enrol', 'task.create', 'contact.update']),
    );
    expect(labels('{"conditions": {"all": [{"fact": "', [{ value: 'contact' }])).toEqual(['contact']);
  });

  test('replaces the word that is being written', () => {
    const written = '{"managedBy": "des';
    const found = completionsAt(written, written.length, schema, () => []);

    expect(written.slice(found.from)).toBe('"des');
    expect(found.options).toContainEqual({ label: 'designer', apply: '"designer"' });
  });
});
