import type { Journey, Step } from '@baton/rules/documents/journey.ts';

/** Steps of one round: what a team builds that reminds, waits, decides and asks again. */
const perRound = 10;

/**
 * A journey of the shipped library's names with as many steps as are asked for: rounds of splits, waits, branches and loops
 * in a row, and two ends. Sound, so that it can be published as far as its size allows.
 */
export function longJourney(from: Journey, count: number): Journey {
  const rounds = Math.floor((count - 2) / perRound);
  const rest = count - 2 - rounds * perRound;
  const last = rest > 0 ? 'settle-0' : 'given-up';
  const steps: Record<string, Step> = {
    bought: { title: 'Bought', kind: 'end', reason: 'bought', goal: true },
    'given-up': { title: 'Given up', kind: 'end', reason: 'abandoned' },
  };
  for (let number = 0; number < rest; number++)
    steps[`settle-${number}`] = {
      title: `Let the customer be, ${number + 1}`,
      kind: 'wait',
      wait: { after: 'PT1H' },
      next: number + 1 < rest ? `settle-${number + 1}` : 'given-up',
    };
  for (let round = 0; round < rounds; round++)
    Object.assign(steps, roundOf(round, round + 1 < rounds ? `r${round + 1}-split` : last));
  return {
    ...from,
    id: 'long-journey',
    title: `A journey of ${count} steps`,
    start: 'r0-split',
    steps,
    tests: [
      {
        name: 'bought at once',
        facts: {},
        events: [
          { at: 'PT0S', type: 'cart.updated', data: { cartId: 'c-1', items: 2 } },
          { at: 'PT12H', type: 'cart.checked-out', data: { cartId: 'c-1' } },
        ],
        expect: { effects: [], end: { at: 'PT12H', reason: 'bought' } },
      },
    ],
  };
}

function roundOf(round: number, onward: string): Record<string, Step> {
  const id = (name: string) => `r${round}-${name}`;
  const title = (text: string) => `${text}, round ${round + 1}`;
  return {
    [id('split')]: {
      title: title('Half by mail'),
      kind: 'split',
      ways: [
        { title: 'By mail', share: 50, next: id('mail') },
        { title: 'Left alone', share: 50, next: id('pause') },
      ],
    },
    [id('mail')]: {
      title: title('Remind of the cart'),
      kind: 'send',
      template: 'cart-reminder',
      channel: 'email',
      purpose: 'marketing',
      next: id('await'),
    },
    [id('pause')]: {
      title: title('Let it rest'),
      kind: 'wait',
      wait: { after: 'P1D' },
      next: id('await'),
    },
    [id('await')]: {
      title: title('Wait for the checkout'),
      kind: 'wait-for',
      events: [
        {
          event: 'cart.checked-out',
          match: [{ path: '$.cartId', equals: 'enrolment-key' }],
          next: id('note'),
        },
      ],
      timeout: { after: 'P2D' },
      onTimeout: id('worth'),
    },
    [id('note')]: {
      title: title('Remember the checkout'),
      kind: 'update',
      attribute: '$.city',
      value: 'Lund',
      next: 'bought',
    },
    [id('worth')]: {
      title: title('Is it worth a push?'),
      kind: 'branch',
      cases: [
        { title: 'Large cart', when: itemsOver(5), next: id('push') },
        { title: 'Small cart', when: itemsOver(2), next: id('ask') },
      ],
      else: id('rest'),
    },
    [id('push')]: {
      title: title('Offer free delivery'),
      kind: 'send',
      template: 'cart-incentive',
      channel: 'email',
      purpose: 'marketing',
      next: id('rest'),
    },
    [id('ask')]: {
      title: title('Ring the customer'),
      kind: 'task',
      queue: 'marketing',
      instruction: 'Ask whether anything went wrong.',
      due: 'P1D',
      next: id('rest'),
    },
    [id('rest')]: {
      title: title('Wait a day'),
      kind: 'wait',
      wait: { after: 'P1D' },
      next: id('again'),
    },
    [id('again')]: {
      title: title('Ask once more?'),
      kind: 'branch',
      cases: [{ title: 'Once more', when: itemsOver(9), next: id('await') }],
      else: onward,
    },
  };
}

const itemsOver = (value: number) => ({
  all: [{ fact: 'event', path: '$.items', operator: 'orUnknown:greaterThan', value }],
});
