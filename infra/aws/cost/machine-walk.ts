import type { Journey } from '@baton/rules/documents/journey.ts';
import { type AslDefinition, type AslState, compile, reachableSteps } from '@baton/rules/journey/compile.ts';
import type { Exit } from '@baton/rules/journey/step-kind.ts';
import * as z from 'zod';
import { isTimeout, stepNamed } from './step-usage.ts';

const Choices = z.array(z.object({ Condition: z.string(), Next: z.string() }));
const Catches = z.array(z.object({ ErrorEquals: z.array(z.string()), Next: z.string() }));
const Call = z.object({ Payload: z.object({ step: z.string() }) });

/** States entered and functions called between the entry of one step and that of the next. */
export type Walked = { states: number; calls: number };

/**
 * The compiled machine of a journey, walked step by step: what AWS counts is what the compiler makes of the document,
 * so that a change of the compiler changes the cost.
 */
export function machineOf(journey: Journey): { walk(step: string, exit: Exit | undefined): Walked } {
  const definition = compile(journey, { version: 1 });
  const entries = entriesOf(journey, definition);
  const entryOf = (step: string) => {
    const name = entries.get(step);
    if (name === undefined)
      throw new Error(`journeys/${journey.id} steps.${step}: the machine has no state for it`);
    return name;
  };
  return {
    walk(step, exit) {
      const timedOut = exit !== undefined && isTimeout(stepNamed(journey, step), exit);
      const goal = exit && entryOf(exit.to);
      const walked: Walked = { states: 0, calls: 0 };
      let name: string | undefined = entryOf(step);
      do {
        const state = stateOf(definition, name);
        walked.states++;
        if (state.Type === 'Task') walked.calls++;
        name = nextOf(state, exit, timedOut);
      } while (name !== undefined && name !== goal);
      return walked;
    },
  };
}

/** The state by which each step is entered: the first one in the definition that names the step. */
function entriesOf(journey: Journey, { States }: AslDefinition): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const [name, state] of Object.entries(States)) {
    const named = Call.safeParse(state.Arguments);
    if (named.success && !entries.has(named.data.Payload.step)) entries.set(named.data.Payload.step, name);
  }
  const missing = reachableSteps(journey).find(({ id }) => !entries.has(id));
  if (missing) throw new Error(`journeys/${journey.id} steps.${missing.id}: the machine has no state for it`);
  return entries;
}

function stateOf({ States, Comment }: AslDefinition, name: string): AslState {
  const state = States[name];
  if (!state) throw new Error(`the machine of ${Comment} leads to "${name}", which it does not have`);
  return state;
}

function nextOf(state: AslState, exit: Exit | undefined, timedOut: boolean): string | undefined {
  if (state.Type === 'Choice') {
    const choices = Choices.parse(state.Choices);
    const chosen = choices.find(({ Condition }) => Condition === `{% $r.to = '${exit?.to}' %}`);
    return chosen?.Next ?? z.string().parse(state.Default);
  }
  const timeout = Catches.safeParse(state.Catch).data?.find(({ ErrorEquals }) =>
    ErrorEquals.includes('States.Timeout'),
  );
  if (timedOut && timeout) return timeout.Next;
  return state.Type === 'Succeed' || state.Type === 'Fail' ? undefined : z.string().parse(state.Next);
}
