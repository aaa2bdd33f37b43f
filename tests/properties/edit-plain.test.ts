import { canonicalText } from '@baton/rules/documents/canonical.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { type Place, type PlainKind, putAt, valueAt } from '@baton/rules/edit/plain.ts';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { frozen } from '../support/documents.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const kinds: readonly PlainKind[] = ['channels', 'calendars', 'service-levels', 'settings'];

/** Every place in a document, and the document itself. */
function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  const within = Object.entries(value).flatMap(([name, part]) =>
    placesIn(part, [...at, Array.isArray(value) ? Number(name) : name]),
  );
  return at.length === 0 ? within : [at, ...within];
}

describe('edits of plain documents', () => {
  let library: Library;
  beforeAll(async () => {
    library = await shippedLibrary();
  });

  test.each(kinds)(
    '%s: the value that stands there changes no byte, and one that cannot is refused',
    (kind) => {
      for (const document of library[kind].values()) {
        const before = canonicalText(kind, document);
        for (const place of placesIn(frozen(document))) {
          const same = putAt(kind, document, place, valueAt(document, place));
          expect(same.ok && canonicalText(kind, same.document)).toBe(before);
          const none = putAt(kind, document, place, [[null]]);
          expect(none).toMatchObject({ ok: false, reason: expect.stringMatching(/\S/) });
        }
      }
    },
  );

  test.each(kinds)(
    '%s: whatever is put where, it is a document or refused, and nothing given is changed',
    (kind) => {
      const values = fc.oneof(
        fc.constantFrom(undefined, '', '08:30', 'P2D', 'Europe/Lisbon', 7, true, 'marketing'),
        fc.jsonValue(),
      );
      for (const document of library[kind].values()) {
        const before = canonicalText(kind, frozen(document));
        fc.assert(
          fc.property(fc.constantFrom(...placesIn(document)), values, (place, value) => {
            const put = putAt(kind, document, place, value);
            expect(canonicalText(kind, document)).toBe(before);
            if (!put.ok) return;
            const back = putAt(kind, put.document, place, valueAt(document, place));
            const list = valueAt(document, place.slice(0, -1));
            // An entry that was taken away comes back with its list.
            if (value !== undefined || !Array.isArray(list))
              expect(back.ok && canonicalText(kind, back.document)).toBe(before);
          }),
          { numRuns: 60 },
        );
      }
    },
  );

  test('takes an entry of a list away, and a part that may be absent', () => {
    const email = library.channels.get('email');
    if (!email) throw new Error('there is no channel for mail');

    const fewer = putAt('channels', email, ['caps', 0], undefined);
    expect(fewer.ok && fewer.document.caps).toEqual([email.caps[1]]);
    const limited = putAt('channels', email, ['rate'], { messages: 10, per: 'PT1S' });
    expect(limited.ok && limited.document.rate).toEqual({ messages: 10, per: 'PT1S' });
    const free = limited.ok ? putAt('channels', limited.document, ['rate'], undefined) : limited;
    expect(free.ok && canonicalText('channels', free.document)).toBe(canonicalText('channels', email));
    expect(putAt('channels', email, ['timeZone'], 'Mars/Olympus')).toEqual({
      ok: false,
      reason: expect.stringMatching(/time zone, for example "Europe\/Berlin"/),
    });
  });
});
