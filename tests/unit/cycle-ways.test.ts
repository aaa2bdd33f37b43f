import { cycleOf } from '@baton/rules/cycle/ways.ts';
import { expect, test } from 'vitest';
import { aHandover, aLibrary, aRule } from '../support/documents.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

test('the cycle that ships has its stages in order, one overlay, and no gap', async () => {
  const { stages, overlays, gaps } = cycleOf(await shippedLibrary());

  expect(stages.map(({ id }) => id)).toEqual([
    'targeted',
    'converted',
    'welcomed',
    'first-order',
    'developed',
    'won-back',
  ]);
  expect(overlays.map(({ id }) => id)).toEqual(['problem-managed']);
  expect(gaps).toEqual([]);
});

test('rules that move contacts are ways too, from outside and back', async () => {
  const { ways } = cycleOf(await shippedLibrary());
  const led = (to: string) => ways.filter((way) => way.to === to).map(({ kind, from }) => `${kind} ${from}`);

  expect(led('targeted').sort()).toEqual(['rule converted', 'rule null']);
  expect(led('won-back').sort()).toEqual(['rule developed', 'rule first-order']);
  expect(led('developed').sort()).toEqual(['handover first-order', 'handover won-back']);
});

test('a rule for every stage leads from each other stage, and into the cycle', () => {
  const rule = aRule({ stages: ['any'], event: { type: 'stage.enter', params: { stage: 'targeted' } } });

  const { ways } = cycleOf(aLibrary({ rules: [rule], handovers: [] }));

  expect(ways.map(({ from, to }) => [from, to])).toEqual([
    [null, 'targeted'],
    ['converted', 'targeted'],
  ]);
});

test('what nobody owns, comes into, leaves, or decides about is said', () => {
  const library = aLibrary({ rules: [], handovers: [aHandover({ entry: { all: [] } })] });
  const targeted = library.stages.get('targeted');
  if (!targeted) throw new Error('the library has the stage');
  const stages = new Map([...library.stages, ['targeted', { ...targeted, owner: { team: '' } }]]);

  const { gaps } = cycleOf({ ...library, stages });

  expect(gaps.map(({ document, message }) => `${document}: ${message}`)).toEqual([
    'stages/targeted: Nobody owns it.',
    'stages/targeted: Nobody comes into it.',
    'stages/converted: Nobody can leave it.',
    'handovers/a-handover: It has no condition, so nothing says when a contact is ready.',
  ]);
});
