import type { HandoverDocument, Stage } from '@baton/rules/documents/index.ts';
import { hasShape } from '@baton/rules/documents/shape.ts';
import type { Edited } from '@baton/rules/edit/edited.ts';
import * as handovers from '@baton/rules/edit/handover.ts';
import { begin, record, redo, undo } from '@baton/rules/edit/history.ts';
import * as stages from '@baton/rules/edit/stage.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aHandover, aLibrary, frozen } from '../support/documents.ts';

const words = fc.constantFrom('', 'Wrong person!', 'Été', 'phone', 'a'.repeat(200), '42', 'Team A');
const id = fc.constantFrom('phone', 'first-touch', 'milestone', 'nobody', 'wrong-contact', 'wrong-person');
const team = fc.constantFrom('sales', 'marketing', '', 'Not A Team');
const event = fc.constantFrom('order.placed', 'order.returned');
const stage = fc.constantFrom('targeted', 'converted', 'welcomed');
const by = fc.constantFrom<-1 | 1>(-1, 1);
const fact = fc.record({ fact: fc.constant('contact'), path: fc.constantFrom('$.tier', '$.phone') });
const number = fc.constantFrom(-1, 0.5, 1, 7, 99, 1000, 2000);
const span = fc.constantFrom('P1D', 'PT4H');

type Press<D> = (document: D) => Edited<D>;
const given = <A extends unknown[], D>(
  arbitraries: { [Index in keyof A]: fc.Arbitrary<A[Index]> },
  edit: (document: D, ...values: A) => Edited<D>,
): fc.Arbitrary<Press<D>> =>
  fc.tuple<A>(...arbitraries).map(
    (values): Press<D> =>
      (document) =>
        edit(document, ...values),
  );

const stagePress = fc.oneof(
  given([words, words], (now: Stage, title, why) => stages.changeStage(now, { title, why })),
  given([team, id], (now: Stage, own, person) => stages.setStageOwner(now, { team: own, person })),
  given([words, event], stages.addMilestone),
  given([id, words], (now: Stage, name, title) => stages.changeMilestone(now, name, { title })),
  given([id, event], (now: Stage, name, type) => stages.changeMilestone(now, name, { event: type })),
  given([id], stages.removeMilestone),
  given([id, by], stages.moveMilestone),
  given([fc.boolean()], (now: Stage, has) => stages.setSla(now, has ? stages.firstSla(now) : undefined)),
  given([team, number, span], (now: Stage, escalateTo, times, within) =>
    stages.changeSla(now, { escalateTo, times, within }),
  ),
);

const handoverPress = fc.oneof(
  given([words, number], (now: HandoverDocument, title, priority) =>
    handovers.changeHandover(now, { title, priority }),
  ),
  given(
    [fc.constantFrom<'from' | 'to'>('from', 'to'), stage, team],
    (now: HandoverDocument, side, name, own) => handovers.setSide(now, side, { stage: name, team: own }),
  ),
  given([fc.option(fact, { nil: undefined })], handovers.setReceiver),
  given([event], handovers.toggleTrigger),
  given([id], handovers.toggleMilestone),
  given([fact, words], handovers.requireFact),
  given([id, words, fc.boolean()], (now: HandoverDocument, name, label, awaited) =>
    handovers.changeRequired(now, name, { label, awaited }),
  ),
  given([id], handovers.removeRequired),
  given([id, by], handovers.moveRequired),
  given([fact], handovers.carryFact),
  given([fact], handovers.leaveFact),
  given([span, fc.option(number, { nil: undefined })], (now: HandoverDocument, within, warnAtPercent) =>
    handovers.changeAcceptance(now, { within, warnAtPercent }),
  ),
  given([words], handovers.addReturnReason),
  given([id], handovers.removeReturnReason),
  given([team], handovers.setEscalation),
);

/** Presses one after the other; every one makes a document of its kind or says why not, and changes nothing it was given. */
function holds<D>(start: D, presses: readonly Press<D>[], isDocument: (value: unknown) => boolean): void {
  let history = begin(start);
  for (const press of presses) {
    const answer = press(frozen(structuredClone(history.present.document)));
    if (answer.ok) {
      expect(isDocument(answer.document)).toBe(true);
      history = record(history, `${history.past.length}`, answer.document, history.past.length * 1e6);
    } else expect(answer.reason).toMatch(/\.$/);
  }
  const end = history.present.document;
  const steps = history.past.length;
  for (let step = 0; step < steps; step++) history = undo(history);
  expect(history.present.document).toEqual(start);
  for (let step = 0; step < steps; step++) history = redo(history);
  expect(history.present.document).toEqual(end);
}

const aStage = () => {
  const found = aLibrary().stages.get('targeted');
  if (!found) throw new Error('the library has the stage');
  return found;
};

test('a stage stays a stage whatever is done to it, and undo brings everything back', () => {
  fc.assert(
    fc.property(fc.array(stagePress, { maxLength: 25 }), (presses) =>
      holds(aStage(), presses, (value) => hasShape('stages', value)),
    ),
  );
});

test('a handover stays a handover whatever is done to it, and undo brings everything back', () => {
  fc.assert(
    fc.property(fc.array(handoverPress, { maxLength: 25 }), (presses) =>
      holds(aHandover(), presses, (value) => hasShape('handovers', value)),
    ),
  );
});
