import type { Library } from '@baton/rules/documents/index.ts';
import { beforeAll, expect, test } from 'vitest';
import { type Drafted, neededBy } from '../../designer/src/lib/document/together.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

let live: Library;
beforeAll(async () => {
  live = await shippedLibrary();
});

const drafted = (kind: Drafted['kind'], id: string, to: object, own: Partial<Drafted> = {}): Drafted => ({
  ...{ kind, id, state: 'approved', retire: false },
  document: { ...live[kind].get(id), ...to },
  ...own,
});

/** A copy under another name. */
const copy = (kind: Drafted['kind'], of: string, id: string, to: object = {}): Drafted => ({
  ...drafted(kind, of, { id, ...to }),
  id,
});

/** The journey as it ships, with one step that sends another template. */
function reminding(template: string): Drafted {
  const steps = live.journeys.get('cart-abandonment')?.steps ?? {};
  return drafted('journeys', 'cart-abandonment', {
    steps: { ...steps, remind: { ...steps.remind, template } },
  });
}

test('a draft that stands by itself needs nothing', () => {
  const other = copy('templates', 'cart-reminder', 'second-cart');

  expect(neededBy(reminding('cart-reminder'), [other], live)).toEqual({ together: [], problems: [] });
});

test('a journey needs the template that it names, and nothing else that is drafted', () => {
  const others = [
    copy('templates', 'cart-reminder', 'third-cart'),
    copy('templates', 'cart-reminder', 'second-cart'),
  ];

  expect(neededBy(reminding('second-cart'), others, live)).toEqual({
    together: ['templates/second-cart'],
    problems: [],
  });
});

test('what is needed needs others in its turn', () => {
  const template = copy('templates', 'cart-reminder', 'second-cart');
  const journey = { ...reminding('second-cart'), id: 'second-journey' };
  const campaign = copy('campaigns', [...live.campaigns.keys()][0] ?? '', 'second-campaign', {
    journey: 'second-journey',
  });
  const others = [template, { ...journey, document: { ...Object(journey.document), id: 'second-journey' } }];

  expect(neededBy(campaign, others, live)).toEqual({
    together: ['journeys/second-journey', 'templates/second-cart'],
    problems: [],
  });
});

test('a handover needs the stage that it leads to', () => {
  const stage = copy('stages', 'developed', 'advocate', { order: 90 });
  const handover = copy('handovers', 'win-back-to-account-owner', 'to-advocate', {
    to: { stage: 'advocate', team: 'account-owners' },
    priority: 977,
  });

  expect(neededBy(handover, [stage], live)).toEqual({ together: ['stages/advocate'], problems: [] });
  expect(neededBy(stage, [handover], live)).toEqual({ together: [], problems: [] });
});

test('of two drafts that would do, the one that is nearer to being live is taken', () => {
  const template = copy('templates', 'cart-reminder', 'second-cart');
  const waiting: Drafted = { ...template, state: 'in-review' };

  const { together } = neededBy(reminding('second-cart'), [waiting, { ...template, id: 'renamed' }], live);

  expect(together).toEqual(['templates/renamed']);
});

test('what no draft mends is said', () => {
  const { together, problems } = neededBy(reminding('never-drafted'), [], live);

  expect(together).toEqual([]);
  expect(problems.map(({ code, path }) => ({ code, path }))).toEqual([
    { code: 'unknown-template', path: 'steps.remind.template' },
  ]);
});

test('a document goes together with the draft that stops naming it', () => {
  const template = drafted('templates', 'cart-reminder', {}, { retire: true });
  const others = [reminding('second-cart'), copy('templates', 'cart-reminder', 'second-cart')];

  expect(neededBy(template, others, live)).toEqual({
    together: ['journeys/cart-abandonment', 'templates/second-cart'],
    problems: [],
  });
});
