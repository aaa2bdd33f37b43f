import { join } from 'node:path';
import { loadLibrary } from '@baton/functions/library/load.ts';
import { type Simulation, simulate } from '@baton/rules/journey/simulate.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const { library } = await loadLibrary(join(import.meta.dirname, '../../rules/library'));
const journey = library.journeys.get('first-order-care');
if (!journey) throw new Error('journeys/first-order-care is missing from the library');

const placed = Date.parse('2026-03-02T09:00:00Z');
const hour = 3_600_000;
const at = (hours: number): string => new Date(placed + hours * hour).toISOString();

/** One order's life in hours since it was placed; a promise may lie in the past when we hear of it late. */
const OrderLife = fc.record({
  promised: fc.integer({ min: -72, max: 20 * 24 }),
  delivered: fc.option(fc.integer({ min: 0, max: 130 * 24 })),
  cancelled: fc.option(fc.integer({ min: 0, max: 30 * 24 })),
  delayed: fc.option(fc.integer({ min: 0, max: 20 * 24 })),
  reviews: fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 60 * 24 }), stars: fc.integer({ min: 1, max: 5 }) }),
    { maxLength: 2 },
  ),
  openCases: fc.integer({ min: 0, max: 1 }),
  otherDelivered: fc.option(fc.integer({ min: 0, max: 30 * 24 })),
});
type OrderLife = typeof OrderLife extends fc.Arbitrary<infer Life> ? Life : never;

function live(life: OrderLife): Promise<Simulation> {
  const own = (type: string, hours: number | null, data = {}) =>
    hours === null ? [] : [{ at: at(hours), type, data: { orderId: 'order-1', ...data } }];
  const events = [
    { at: at(0), type: 'order.placed', data: { orderId: 'order-1', promisedAt: at(life.promised) } },
    ...own('order.delivered', life.delivered),
    ...own('order.cancelled', life.cancelled),
    ...own('order.delayed', life.delayed),
    ...own('order.delivered', life.otherDelivered, { orderId: 'order-2' }),
    ...life.reviews.flatMap(({ at: hours, stars }, index) =>
      own('review.received', hours, { reviewId: `review-${index}`, stars }),
    ),
  ];
  if (!journey) throw new Error('no journey');
  return simulate(journey, library, {
    facts: { history: { openCases: life.openCases } },
    start: at(0),
    events,
  });
}

const sorries = (run: Simulation) =>
  run.effects
    .filter(({ effect }) => effect.kind === 'send' && effect.template === 'order-apology')
    .map(({ at }) => Date.parse(at));
const chases = (run: Simulation) =>
  run.effects
    .filter(({ effect }) => effect.kind === 'task' && effect.queue === 'order-desk')
    .map(({ at }) => Date.parse(at));

/** Cancelled parcels are watched for 60 days; what comes later comes to a journey that has ended. */
const watched = 60 * 24;

test('an order delivered later than promised has one apology and one order-desk task, at the delivery or before', async () => {
  await fc.assert(
    fc.asyncProperty(OrderLife, async (life) => {
      const { delivered, cancelled, promised } = life;
      fc.pre(delivered !== null && delivered > promised);
      const cancelledFirst = cancelled !== null && cancelled <= Math.max(promised, 0);
      fc.pre(!cancelledFirst || (delivered ?? 0) <= cancelled + watched);

      const run = await live(life);

      const delivery = Date.parse(at(delivered ?? 0));
      expect(sorries(run)).toHaveLength(1);
      expect(chases(run)).toHaveLength(1);
      for (const instant of [...sorries(run), ...chases(run)]) expect(instant).toBeLessThanOrEqual(delivery);
    }),
    { numRuns: 300 },
  );
});

test('no order has two apologies, and an order in time that nobody reported as delayed has none', async () => {
  await fc.assert(
    fc.asyncProperty(OrderLife, async (life) => {
      const inTime = life.delivered !== null && life.delivered <= life.promised && life.delayed === null;

      const run = await live(life);

      expect(sorries(run).length).toBeLessThanOrEqual(inTime ? 0 : 1);
      expect(chases(run)).toHaveLength(sorries(run).length);
    }),
    { numRuns: 300 },
  );
});

test('every order comes to one end, and a cancelled one that is never delivered ends as cancelled', async () => {
  await fc.assert(
    fc.asyncProperty(OrderLife, async (life) => {
      const run = await live(life);

      expect(run.ends).toHaveLength(1);
      if (life.cancelled !== null && life.delivered === null) expect(run.ends[0]?.reason).toBe('cancelled');
    }),
    { numRuns: 300 },
  );
});
