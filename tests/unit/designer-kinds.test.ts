import { isDocumentKind } from '@baton/rules/documents/index.ts';
import { describe, expect, test } from 'vitest';
import { documentAt, knownAs, pageOf } from '../../designer/src/lib/document/kinds.ts';

describe('where documents are edited', () => {
  test.each(['best-practice', 'tables', 'stages', 'handovers', 'journeys', 'campaigns', 'templates'])(
    'the address of a document of %s leads back to it',
    (kind) => {
      const href = pageOf(kind, 'one of/many') ?? '';

      expect(isDocumentKind(kind)).toBe(true);
      expect(documentAt(href)).toEqual({ kind, id: 'one of/many' });
    },
  );

  test('a list and an address that is nobody’s hold no document', () => {
    expect(documentAt('/rules')).toBeUndefined();
    expect(documentAt('/rules/')).toBeUndefined();
    expect(documentAt('/contacts/ada')).toBeUndefined();
    expect(documentAt('/rules/%E0%A4%A')).toBeUndefined();
  });

  test('a kind without a page is named all the same', () => {
    expect(knownAs('calendars/office', undefined)).toEqual({
      ...{ title: 'office', kind: 'Calendar' },
      href: undefined,
    });
  });
});
