import { judge, twoProportions } from '@baton/rules/journey/significance.ts';
import { describe, expect, test } from 'vitest';

const arm = (id: string, entered: number, succeeded: number) => ({ id, entered, succeeded });
const plan = { confidence: 0.95, minimum: 100, looks: 0 };

test('the test of two proportions gives the textbook values', () => {
  // z = 1.96 and z = 3: two-sided 0.05 and 0.0027.
  const entered = 10_000_000;
  const half = (z: number) => entered / 2 + Math.round((z * Math.sqrt(entered / 2)) / 2);
  const p = (z: number) => twoProportions(arm('a', entered, half(z)), arm('b', entered, entered - half(z)));
  expect(p(1.96)).toBeCloseTo(0.05, 4);
  expect(p(3)).toBeCloseTo(0.0027, 4);
  expect(twoProportions(arm('a', 10, 0), arm('b', 10, 0))).toBe(1);
});

describe('an experiment', () => {
  test('is not looked at before every arm holds enough', () => {
    expect(judge([arm('a', 1000, 900), arm('b', 99, 1)], plan)).toBeUndefined();
  });

  test('is looked at once per doubling', () => {
    const arms = [arm('a', 250, 100), arm('b', 250, 101)];
    expect(judge(arms, plan)).toMatchObject({ look: 2 });
    expect(judge(arms, { ...plan, looks: 2 })).toBeUndefined();
  });

  test('is won by the arm that differs from every other one', () => {
    expect(judge([arm('a', 400, 40), arm('b', 400, 120)], plan)).toMatchObject({ winner: 'b' });
    expect(judge([arm('a', 400, 118), arm('b', 400, 120), arm('c', 400, 10)], plan)?.winner).toBeUndefined();
  });
});

/** Numbers of a linear congruential generator (Numerical Recipes), so that the test is the same every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Whether an experiment of so many contacts finds a winner, looked at after each one. */
function wins(rates: readonly number[], contacts: number, seed: number): string | undefined {
  const next = random(seed);
  const arms = rates.map((_, index) => arm(String(index), 0, 0));
  let looks = 0;
  for (let contact = 0; contact < contacts; contact++) {
    const index = Math.floor(next() * arms.length);
    const one = arms[index];
    if (!one) continue;
    one.entered += 1;
    if (next() < (rates[index] ?? 0)) one.succeeded += 1;
    const judged = judge(arms, { ...plan, looks });
    if (judged?.winner) return judged.winner;
    looks = judged?.look ?? looks;
  }
  return undefined;
}

test('arms that are equally good are told apart in less than 5 % of experiments, however often one looks', () => {
  const false_ = Array.from({ length: 400 }, (_, seed) => wins([0.2, 0.2, 0.2], 3000, seed + 1)).filter(
    Boolean,
  );
  expect(false_.length / 400).toBeLessThan(0.05);
});

test('an arm that is clearly better is found', () => {
  const found = Array.from({ length: 100 }, (_, seed) => wins([0.1, 0.2], 4000, seed + 1));
  expect(found.filter((winner) => winner === '1').length).toBeGreaterThan(95);
});
