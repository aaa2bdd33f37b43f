import {
  addReturnReason,
  changeAcceptance,
  changeRequired,
  removeReturnReason,
  requireFact,
  setSide,
} from '@baton/rules/edit/handover.ts';
import { addMilestone, changeMilestone, changeSla, setStageOwner } from '@baton/rules/edit/stage.ts';
import { expect, test } from 'vitest';
import { aHandover, aLibrary, leaf } from '../support/documents.ts';

const stage = () => {
  const found = aLibrary().stages.get('targeted');
  if (!found) throw new Error('the library has the stage');
  return found;
};
const done = <D>(answer: { ok: true; document: D } | { ok: false; reason: string }): D => {
  if (!answer.ok) throw new Error(answer.reason);
  return answer.document;
};

test('milestones of equal titles get names of their own', () => {
  const { milestones } = done(
    addMilestone(done(addMilestone(stage(), 'Paid', 'order.placed')), 'Paid', 'order.placed'),
  );

  expect(milestones.map(({ id }) => id).slice(-2)).toEqual(['paid', 'paid-2']);
});

test('a milestone that waits for another event drops what was asked of the former', () => {
  const when = { all: [leaf('event', '$.total', 'greaterThan', 5)] };
  const asked = done(changeMilestone(done(addMilestone(stage(), 'Paid', 'order.placed')), 'paid', { when }));

  expect(asked.milestones.at(-1)?.reachedBy).toEqual({ event: 'order.placed', when });
  expect(
    done(changeMilestone(asked, 'paid', { title: 'All paid' })).milestones.at(-1)?.reachedBy.when,
  ).toEqual(when);
  expect(
    done(changeMilestone(asked, 'paid', { event: 'order.returned' })).milestones.at(-1)?.reachedBy,
  ).toEqual({
    event: 'order.returned',
  });
});

test('an owner is named as teams and people are, and a time limit is there before it is changed', () => {
  expect(setStageOwner(stage(), { team: 'Order desk', person: '' })).toMatchObject({ ok: false });
  expect(done(setStageOwner(stage(), { team: 'order-desk', person: '' })).owner).toEqual({
    team: 'order-desk',
  });
  expect(changeSla(stage(), { times: 2 })).toMatchObject({
    ok: false,
    reason: 'The stage has no time limit yet.',
  });
});

test('a handover that starts elsewhere takes its tests along and asks for no milestone of the former stage', () => {
  const { from, milestones, tests } = done(
    setSide(aHandover(), 'from', { stage: 'welcomed', team: 'onboarding' }),
  );

  expect({ from, milestones, stages: tests.map(({ stage: at }) => at) }).toEqual({
    from: { stage: 'welcomed', team: 'onboarding' },
    milestones: [],
    stages: ['welcomed'],
  });
  expect(setSide(aHandover(), 'from', { stage: 'converted', team: 'sales' })).toMatchObject({ ok: false });
});

test('what is asked for in the pack is known or missing under the name that tests say too', () => {
  const asked = done(requireFact(aHandover(), { fact: 'contact', path: '$.tier' }, 'Tier'));
  const [test] = asked.tests;
  if (!test) throw new Error('the handover has a test');
  const blocked = { ...asked, tests: [{ ...test, expect: { kind: 'blocked' as const, missing: ['Tier'] } }] };

  const renamed = done(changeRequired(blocked, 'tier', { label: 'Value tier', awaited: true }));

  expect(renamed.requiredFacts.at(-1)).toEqual({
    id: 'tier',
    label: 'Value tier',
    when: { all: [{ fact: 'contact', path: '$.tier', operator: 'isKnown', value: true }] },
    awaited: true,
  });
  expect(renamed.tests[0]?.expect.missing).toEqual(['Value tier']);
});

test('a reason is said in words, and the last one stays', () => {
  const { acceptance } = done(addReturnReason(aHandover(), 'Wrong person!'));

  expect(acceptance.returnReasons).toEqual(['wrong-contact', 'wrong-person']);
  expect(removeReturnReason(aHandover(), 'wrong-contact')).toMatchObject({ ok: false });
  expect(done(changeAcceptance(aHandover(), { calendar: undefined, warnAtPercent: 80 })).acceptance).toEqual({
    mode: 'manual',
    within: 'PT4H',
    warnAtPercent: 80,
    returnReasons: ['wrong-contact'],
  });
});
