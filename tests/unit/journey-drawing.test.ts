import type { Step } from '@baton/rules/documents/journey.ts';
import { expect, test } from 'vitest';
import { arrange } from '../../designer/src/lib/journey/arrange.ts';
import { measure, put, unarranged, waysBetween } from '../../designer/src/lib/journey/graph.ts';
import { wayPath } from '../../designer/src/lib/journey/way-path.ts';
import { done, journeyOf } from '../support/journeys.ts';

const waits = (next: string, onTimeout: string): Step => ({
  kind: 'wait-for',
  title: 'Wait',
  events: [{ event: 'order.placed', next }],
  timeout: { after: 'P1D' },
  onTimeout,
});

/** Both steps wait, and begin the first one anew when something happens. */
const circling = journeyOf({ first: waits('first', 'second'), second: waits('first', 'done'), done });

function drawn() {
  const measured = measure(circling);
  return put(measured, arrange(unarranged(measured)));
}

test('an arrow that leads back goes up beside the boxes, each in a lane of its own', () => {
  const { boxes, lines } = drawn();

  const lanes = lines.filter(({ path }) => path === 'events.0.next').map(({ bends = [] }) => bends);
  expect(lanes).toHaveLength(2);
  for (const [below, above] of lanes) {
    expect(below?.x).toBe(above?.x);
    for (const { x, width } of boxes) expect(below?.x).toBeGreaterThan(x + width);
  }
  expect(new Set(lanes.map(([below]) => below?.x)).size).toBe(2);
});

test('it stays beside them where a person has moved a box', () => {
  const measured = measure(circling);
  const { boxes, lines } = put(measured, {
    places: { first: { x: 0, y: 0 }, second: { x: 400, y: 300 }, done: { x: 0, y: 600 } },
  });

  const [below] = lines.find(({ from, path }) => from === 'second' && path === 'events.0.next')?.bends ?? [];
  const second = boxes.find(({ id }) => id === 'second');
  expect(below?.x).toBeGreaterThan((second?.x ?? 0) + (second?.width ?? 0));
});

test('arrows keep their ways between boxes that were not moved', () => {
  const far = journeyOf({
    first: waits('done', 'second'),
    second: waits('third', 'third'),
    third: waits('done', 'done'),
    done,
  });
  const measured = measure(far);
  const laid = arrange(unarranged(measured));
  const bent = Object.keys(laid.bends);
  expect(bent.length).toBeGreaterThan(0);

  expect(Object.keys(waysBetween(laid.places, measured, laid))).toEqual(bent);
  expect(waysBetween({ ...laid.places, done: { x: -500, y: 0 } }, measured, laid)).toEqual({});
});

test('it is drawn at right angles with round corners, and its middle is in its lane', () => {
  const [path, x, y] = wayPath({ x: 100, y: 200 }, { x: 100, y: 0 }, [
    { x: 300, y: 220 },
    { x: 300, y: -20 },
  ]);

  expect(path).toBe(
    'M100,200 L100,210 Q100,220 112,220 L288,220 Q300,220 300,208 L300,-8 Q300,-20 288,-20 L112,-20 Q100,-20 100,-10 L100,0',
  );
  expect([x, y]).toEqual([300, 100]);
});
