import { expect, test } from 'vitest';
import {
  effectLines,
  funnelSection,
  handoverSection,
  ruleSection,
} from '../../designer/src/lib/insights/sections.ts';
import { insights, noInsights } from '../e2e/insights-fixture.ts';

test('chart and table say the same numbers', () => {
  const { bars, figures } = funnelSection(insights);

  expect(bars.map(({ parts }) => parts[0]?.to)).toEqual([1840, 742, 511, 388, 201]);
  expect(figures.rows.map(({ cells }) => cells[1])).toEqual(['1,840', '742', '511', '388', '201']);
});

test('parts of a bar follow each other without a gap, and empty ones are left out', () => {
  const [, second] = handoverSection(insights).bars;

  expect(second?.parts).toEqual([
    { from: 0, to: 380, look: 'good' },
    { from: 380, to: 388, look: 'risk' },
    { from: 388, to: 391, look: 'quiet' },
  ]);
});

test('a few accepted handovers tell no usual time', () => {
  const few = handoverSection(insights).figures.rows.find(({ id }) => id === 'win-back-to-account-owner');

  expect(few?.cells.slice(-2)).toEqual(['too few to tell', 'too few to tell']);
});

test('rules that did nothing are counted, and those without a list are neither', () => {
  expect(ruleSection(insights).lead).toBe('4 rules brought something about, 1 nothing.');
});

test('without a goal there is nothing to compare', () => {
  const [effect] = insights.effects;
  if (!effect) throw new Error('the fixture has an effect');
  const { event: _, ...rest } = effect;

  expect(effectLines({ effects: [rest] })[0]?.says).toBe('The journey names no goal to compare by.');
});

test('where nothing happened no sentence is made up', () => {
  expect(funnelSection(noInsights).lead).toBe('');
  expect(handoverSection(noInsights).bars).toEqual([]);
});
