import { check } from '@baton/rules/check/check.ts';
import { testsOf } from '@baton/rules/check/document-tests.ts';
import type { DocumentKind, Library } from '@baton/rules/documents/index.ts';
import { type DocumentOf, parseDocument } from '@baton/rules/documents/parse.ts';
import {
  copies,
  flawOfId,
  newCalendar,
  newCampaign,
  newHandover,
  newRule,
  newServiceLevel,
  newStage,
  newTable,
} from '@baton/rules/edit/new-document.ts';
import { documentsIn, missedBy, withoutDocument } from '@baton/rules/edit/retire.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';

let library: Library;
beforeAll(async () => {
  library = await shippedLibrary();
});

/** Everything that a document says wrong or breaks elsewhere, warnings too, and its tests that do not hold. */
async function flawsOf<K extends DocumentKind>(kind: K, document: DocumentOf<K>): Promise<string[]> {
  const parsed = parseDocument(kind, document);
  if (!parsed.ok) return parsed.problems.map(({ message }) => message);
  const grown = { ...library, [kind]: new Map<string, unknown>([...library[kind], [document.id, document]]) };
  const known = new Set(check(library).map(({ message, document: place }) => place + message));
  const tests = await testsOf(kind, document.id, grown);
  return [
    ...check(grown)
      .filter((found) => !known.has(found.document + found.message))
      .map(({ message }) => message),
    ...tests.filter(({ passed }) => !passed).map(({ name, got }) => `${name}: ${JSON.stringify(got)}`),
  ];
}

const about = { id: 'brand-new', title: 'Brand new', why: 'To see.', team: 'service' };
const happening = () => ({ event: 'order.placed', sample: library.events.get('order.placed')?.sample ?? {} });

describe('a new document is sound from its first moment', () => {
  test('a rule', async () => {
    const rule = newRule({ ...about, ...happening(), reviewBy: '2026-12-01' });

    expect(await flawsOf('best-practice', rule)).toEqual([]);
    expect(rule.tests.map(({ expect: { outcome } }) => outcome)).toEqual(['true', 'false']);
  });

  test('a decision table', async () => {
    const column = { fact: 'contact', path: '$.city', label: 'City', type: 'text' } as const;

    expect(await flawsOf('tables', newTable({ ...about, column }))).toEqual([]);
  });

  test('a stage, which stands behind all others', async () => {
    const stage = newStage(about, library);

    expect(await flawsOf('stages', stage)).toEqual([]);
    expect(stage.order).toBe(Math.max(...[...library.stages.values()].map(({ order }) => order)) + 1);
  });

  test('a handover, also beside others from the same stage', async () => {
    for (const from of library.stages.keys()) {
      const to = [...library.stages.keys()].find((id) => id !== from) ?? '';
      const handover = newHandover({ ...about, ...happening(), from, to }, library);

      expect(await flawsOf('handovers', handover)).toEqual([]);
      expect(handover.from.team).toBe(library.stages.get(from)?.owner.team);
    }
  });

  test('a campaign, which leaves one in ten out', async () => {
    const campaign = newCampaign({ ...about, stage: 'developed', journey: 'value-review' });

    expect(await flawsOf('campaigns', campaign)).toEqual([]);
    expect(campaign).toMatchObject({ schedule: { at: null }, holdout: { percent: 10, salt: 'brand-new' } });
  });
});

test('new working hours, and a new service level that counts them, are sound together', async () => {
  const calendar = newCalendar({ ...about, timeZone: 'Europe/Lisbon' });
  const level = newServiceLevel({ ...about, calendar: 'service-desk' });

  expect(await flawsOf('calendars', calendar)).toEqual([]);
  expect(await flawsOf('service-levels', level)).toEqual([]);
});

describe('a copy is as sound as its original', () => {
  const named = { id: 'brand-new', title: 'Brand new' };

  test('for every shipped document', async () => {
    const flaws: string[] = [];
    // What only rules enrol into reads what their events carry, and no rule enrols into the copy yet.
    for (const one of library.journeys.values())
      if (one.trigger) flaws.push(...(await flawsOf('journeys', copies.journeys(one, named))));
    for (const one of library.tables.values())
      flaws.push(...(await flawsOf('tables', copies.tables(one, named))));
    for (const one of library.stages.values())
      flaws.push(...(await flawsOf('stages', copies.stages(one, named, library))));
    for (const one of library.handovers.values())
      flaws.push(...(await flawsOf('handovers', copies.handovers(one, named, library))));
    for (const one of library.campaigns.values())
      flaws.push(...(await flawsOf('campaigns', copies.campaigns(one, named))));
    for (const one of library.calendars.values())
      flaws.push(...(await flawsOf('calendars', copies.calendars(one, named))));
    for (const one of library['service-levels'].values())
      flaws.push(...(await flawsOf('service-levels', copies['service-levels'](one, named))));

    expect(flaws).toEqual([]);
  });

  test('a rule of a conflict group is told that it stands as high as its original, and nothing else', async () => {
    for (const one of library['best-practice'].values())
      for (const flaw of await flawsOf('best-practice', copies['best-practice'](one, named)))
        expect(flaw).toContain('has priority');
  });

  test('a campaign does not start by itself, and leaves others out than its original', () => {
    const [original] = library.campaigns.values();
    if (!original) throw new Error('a campaign is shipped');
    const planned = { ...original, schedule: { at: '2026-05-01T09:00:00Z' } };

    expect(copies.campaigns(planned, named)).toMatchObject({
      schedule: { at: null },
      holdout: { percent: original.holdout.percent, salt: 'brand-new' },
    });
  });
});

test('an id is well-formed, free, and no word with a meaning of its own', () => {
  expect(flawOfId('stages', 'loyal', ['targeted'])).toBe('');
  expect(flawOfId('stages', 'Loyal!', [])).toContain('Small letters');
  expect(flawOfId('stages', 'targeted', ['targeted'])).toContain('is taken');
  expect(flawOfId('stages', 'any', [])).toContain('has a meaning of its own');
  expect(flawOfId('tables', 'any', [])).toBe('');
});

describe('what is retired', () => {
  test.each([
    ['stages', 'welcomed', 'handovers/'],
    ['journeys', 'value-review', 'campaigns/spring-check-in'],
    ['tables', 'retention-offers', 'journeys/'],
    ['handovers', 'onboarding-to-order-desk', 'journeys/welcome'],
    ['templates', 'welcome', 'journeys/welcome'],
  ] as const)('%s/%s is missed by whoever names it', (kind, id, by) => {
    const found = documentsIn(missedBy(library, kind, id));

    expect(found.some((document) => document.startsWith(by))).toBe(true);
    expect(found).not.toContain(`${kind}/${id}`);
  });

  test('is missed by nobody where nothing names it', () => {
    expect(missedBy(library, 'campaigns', 'spring-check-in')).toEqual([]);
    expect(withoutDocument(library, 'campaigns', 'spring-check-in').campaigns.size).toBe(
      library.campaigns.size - 1,
    );
  });
});
