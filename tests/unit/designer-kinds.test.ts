import { documentKinds } from '@baton/rules/documents/index.ts';
import { describe, expect, test } from 'vitest';
import { documentAt, knownAs, pageOf } from '../../designer/src/lib/document/kinds.ts';

describe('where documents are edited', () => {
  test.each(Object.keys(documentKinds))(
    'the address of a document of %s leads back to it, and looks like no file',
    (kind) => {
      const href = pageOf(kind, 'one.of/many') ?? '';

      expect(href).not.toContain('.');
      expect(documentAt(href)).toEqual({ kind, id: 'one.of/many' });
    },
  );

  test('a list and an address that is nobody’s hold no document', () => {
    expect(documentAt('/rules')).toBeUndefined();
    expect(documentAt('/rules/')).toBeUndefined();
    expect(documentAt('/contacts/ada')).toBeUndefined();
    expect(documentAt('/rules/%E0%A4%A')).toBeUndefined();
  });

  test('a kind that there is not is named all the same', () => {
    expect(knownAs('weather/today', undefined)).toEqual({ title: 'today', kind: 'Weather', href: undefined });
  });
});
