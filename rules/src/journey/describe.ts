import type { Journey } from '../documents/journey.ts';
import type { Effect, Next } from './enrolment.ts';
import { exits } from './step-kinds.ts';

/** What an effect adds to what its step says of itself; nothing, where the step has said it all. */
export function describeEffect(effect: Effect): string | undefined {
  switch (effect.kind) {
    case 'offer':
      return `Row ${effect.row} fits: ${Object.entries(effect.offer)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}.`;
    case 'update':
      return `${effect.attribute.slice(2)} is now ${JSON.stringify(effect.value)}.`;
    case 'experiment':
      return `Is in the arm "${effect.arm}".`;
    case 'data-quality':
      return `Nobody knows ${effect.facts.map(({ fact, path }) => `${fact}.${path.slice(2)}`).join(', ')}.`;
    default:
      return undefined;
  }
}

/** Which way a step took, where it had a choice. */
export function describeWay(journey: Journey, step: string, to: string): string | undefined {
  const from = journey.steps[step];
  const ways = from ? exits(from) : [];
  const taken = ways.find((way) => way.to === to);
  return ways.length > 1 && taken ? `Takes "${taken.title}".` : undefined;
}

export function describeNext(next: Extract<Next, { kind: 'wait' | 'wait-for' }>): string {
  if (next.kind === 'wait') return `Waits until ${next.until}.`;
  const events = [...new Set(next.events.map(({ event }) => event))];
  const awaited = [...events, ...(next.facts ? ['what it knows of the contact'] : [])];
  return `Waits for ${awaited.join(' or ')} until ${next.until}.`;
}
