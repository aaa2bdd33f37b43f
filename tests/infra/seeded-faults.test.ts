import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { copyOf, synthesised } from '../support/synthesised.ts';
import { emittersIn } from '../support/templates/emitters.ts';
import type { Fault } from '../support/templates/fault.ts';
import { faults } from '../support/templates/faults/index.ts';
import type { Gate } from '../support/templates/finding.ts';
import { type GateName, gateNames, gatesOf } from '../support/templates/gates.ts';
import { resolve } from '../support/templates/resolve.ts';
import type { Stage } from '../support/templates/template.ts';

/*
 * Every gate is shown good templates with one thing wrong. The validator takes much longer than all others together, so
 * it looks at what nobody else finds and, to learn what it is worth by itself, at every fourth fault.
 */
type Bench = { good: Stage; gates: Record<GateName, Gate> };

const benches = new Map<Stage['stage'], Bench>();
const caughtBy = new Map<string, GateName[]>();
const shownToValidator = new Set<string>();
const cheap = gateNames.filter((name) => name !== 'validator');
const all = Object.entries(faults).flatMap(([area, each]) => each.map((fault) => ({ area, fault })));

beforeAll(async () => {
  for (const name of ['dev', 'prod'] as const) {
    const good = await synthesised(name);
    benches.set(name, { good, gates: gatesOf(good, emittersIn(join(copyOf(name), 'dist/functions'))) });
  }
});

function benchOf({ on }: Fault): Bench {
  const bench = benches.get(on);
  if (!bench) throw new Error(`${on} was not synthesised`);
  return bench;
}

/** The gates that find the fault, the good templates being known to have none. */
async function gatesThatCatch(fault: Fault, turn: number): Promise<GateName[]> {
  const { good, gates } = benchOf(fault);
  const bad = structuredClone(good);
  fault.change(bad);
  expect(JSON.stringify(bad), 'the fault changes something').not.toBe(JSON.stringify(good));
  const deployed = resolve(bad);
  const caught: GateName[] = [];
  for (const name of cheap) if ((await gates[name](deployed)).length > 0) caught.push(name);
  if (caught.length > 0 && turn % 4 !== 0) return caught;

  shownToValidator.add(fault.about);
  if ((await gates.validator(deployed)).length > 0) caught.unshift('validator');
  return caught;
}

/** A fault of a machine would stand in its file, so that the template is no other than the file is no help. */
for (const [area, each] of Object.entries(faults)) {
  test.each(each.map((fault) => ({ fault, about: fault.about })))(
    `${area}: $about`,
    async ({ fault, about }) => {
      const caught = await gatesThatCatch(
        fault,
        all.findIndex((one) => one.fault === fault),
      );

      caughtBy.set(about, caught);
      expect(caught.filter((gate) => !(area === 'machines' && gate === 'parity'))).not.toEqual([]);
    },
  );
}

test('there are enough faults, each is another, and every gate is worth its while', () => {
  const names = all.map(({ fault }) => fault.about);
  const caught = [...caughtBy];
  const rows = gateNames.map((gate) => {
    const shown = gate === 'validator' ? shownToValidator.size : names.length;
    const found = caught.filter(([, gates]) => gates.includes(gate));
    return {
      gate,
      shown,
      caught: found.length,
      share: `${Math.round((100 * found.length) / shown)} %`,
      'no other gate': found.filter(([, gates]) => gates.length === 1).length,
    };
  });
  const union = caught.filter(([, gates]) => gates.length > 0).length;

  console.table(rows);
  console.log(`together: ${union} of ${names.length} seeded faults`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(150);
  for (const { gate, caught: found } of rows) expect(found, gate).toBeGreaterThan(0);
});
