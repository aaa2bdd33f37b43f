import { checkDefinition } from '@baton/infra/local/state-machine/check-definition.ts';
import { place } from '@baton/rules/contact/facts-about.ts';
import type { Journey } from '@baton/rules/documents/journey.ts';
import { advance, planSeconds } from '@baton/rules/journey/advance.ts';
import { compile } from '@baton/rules/journey/compile.ts';
import type { Advance, Effect } from '@baton/rules/journey/enrolment.ts';
import { simulate } from '@baton/rules/journey/simulate.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { aslHost, runOut } from '../support/asl-host.ts';
import { enrolmentOf, journeys, start, surroundings } from '../support/journeys.ts';

const Call = z.strictObject({
  enrolments: z.tuple([z.strictObject({ contactId: z.literal('c1'), enrolmentId: z.literal('e1') })]),
  step: z.string(),
  phase: z.enum(['enter', 'plan', 'timeout', 'failed']),
  visit: z.iso.datetime(),
  token: z.string().optional(),
});

/** Performs the steps of one enrolment for its machine as a host does, for a contact that no event reaches. */
function performer(journey: Journey, event: JsonObject, clock: () => string, most: number) {
  const visited: { step: string; at: string }[] = [];
  const contact: JsonObject = {};
  const cycle: JsonObject = {};
  let enrolment = enrolmentOf({ event });

  function learn(effects: Effect[]) {
    for (const effect of effects) {
      if (effect.kind === 'update') place(contact, effect.attribute, effect.value);
      if (effect.kind === 'stage') cycle.stage = effect.stage;
    }
  }

  function answerTo({ next, effects }: Advance): JsonObject {
    learn(effects);
    if (next.kind === 'wait') return { to: next.to, until: next.until };
    if (next.kind === 'continue') return { to: next.to };
    return { to: next.kind === 'end' ? '$ended' : '$waiting' };
  }

  return {
    visited,
    async perform(payload: Json, succeed: (token: string, output: Json) => void): Promise<Json> {
      const { step, phase, token } = Call.parse(payload);
      const context = { facts: { contact, cycle }, now: clock(), tables: surroundings.tables, dice: () => 0 };
      if (phase === 'plan')
        return { results: [{ to: step, seconds: planSeconds(journey, enrolment, step, context) }] };
      if (phase === 'enter') visited.push({ step, at: clock() });
      if (phase === 'failed' || visited.length > most) return { results: [{ to: '$ended' }] };

      const input = phase === 'enter' ? ({ kind: 'enter', step } as const) : ({ kind: 'timeout' } as const);
      const advanced = await advance(journey, enrolment, input, context);
      enrolment = advanced.enrolment;
      const answer = answerTo(advanced);
      if (token && answer.to !== '$waiting') succeed(token, answer);
      return { results: [answer] };
    },
  };
}

/** A task's timeout lasts a second at least, so a machine may be that much later after each wait that is over at once. */
test('the compiled machine takes the steps that the simulator takes, when it takes them, and ends', async () => {
  const tiers = fc.constantFrom('a', 'b', 'c');
  const promises = fc.constantFrom('2026-01-12T09:00:00Z', '2025-01-01', 'soon');
  await fc.assert(
    fc.asyncProperty(journeys, tiers, promises, async (journey, tier, promisedAt) => {
      const data = { orderId: 'A1', tier, promisedAt };
      const most = 15;
      const steps = performer(
        journey,
        { ...data, type: 'order.placed', at: start },
        () => host.clock.now().toISOString(),
        most,
      );
      const host = aslHost({
        at: start,
        invoke: (_, payload) =>
          steps.perform(payload, (token, output) => host.machines.succeed(token, output)),
      });
      const definition = JSON.parse(JSON.stringify(compile(journey, { version: 1 })));

      expect(checkDefinition(definition)).not.toHaveProperty('problems');
      host.machines.publish('m', definition);
      host.machines.start({ machine: 'm', name: 'e1', input: { contactId: 'c1', enrolmentId: 'e1' } });
      await runOut(host);

      const { lines } = await simulate(journey, surroundings, {
        facts: {},
        start,
        events: [{ at: start, type: 'order.placed', data }],
      });
      const simulated = lines.filter(({ kind }) => kind === 'step' || kind === 'ended').slice(0, most);
      const visited = steps.visited.slice(0, most);
      expect(visited.map(({ step }) => step)).toEqual(simulated.map(({ step }) => step));
      for (const [index, { at }] of visited.entries())
        expect(Date.parse(at) - Date.parse(simulated[index]?.at ?? '')).toSatisfy(
          (late: number) => late >= 0 && late <= most * 1000,
        );
      expect(host.machines.describe('e1')?.status).toBe('SUCCEEDED');
    }),
    { numRuns: 60, endOnFailure: true },
  );
});
