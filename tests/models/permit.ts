import { recordFeedback } from '@baton/functions/use-cases/record-feedback.ts';
import type { Scenario } from './explore.ts';
import { sketched } from './library.ts';
import { type Prepared, prepared } from './prepared.ts';
import { enrolments, firstOf, sends } from './rows.ts';
import { ana, type Faults, type World, type Written } from './world.ts';

/*
 * The permit: what is written in one transaction with the enrolment's step, and the claim before the provider is asked.
 * Each order gives one enrolment, and each enrolment wants to send one marketing message.
 */
const library = sketched({
  journeys: [
    {
      id: 'mail',
      trigger: { event: 'order.placed' },
      start: 'mail',
      steps: {
        mail: {
          title: 'Mail',
          kind: 'send',
          template: 'hello',
          channel: 'email',
          purpose: 'marketing',
          next: 'done',
        },
        done: { title: 'Done', kind: 'end', reason: 'done' },
      },
    },
  ],
  templates: [{ id: 'hello', channel: 'email' }],
  channels: [{ id: 'email', caps: [{ messages: 3, within: 'P7D' }] }],
});

const cap = 3;
const windowMs = 7 * 86_400_000;
const inbox = { pk: 'SUP#email#email:ana@example.com', sk: 'SUP' };
const consent = { pk: `C#${ana}`, sk: 'CNS#email#marketing' };

/** In the moment in which a permit becomes visible everything that it depends on must hold. */
function watch(world: World, written: readonly Written[]): string | undefined {
  const permit = written.find(({ before, after }) => !before && after?.status === 'PERMITTED')?.after;
  if (!permit) return undefined;
  const since = Date.parse(String(permit.at)) - windowMs;
  const counted = sends(world).filter(({ at, status }) => status !== 'SKIPPED' && Date.parse(at) > since);
  const enrolment = written.find(({ key }) => key.sk === `ENR#${permit.enrolmentId}`);
  return firstOf([
    counted.length > cap && `${counted.length} messages within the window of the cap`,
    world.store.get('core', consent)?.given !== true && 'a permit without consent',
    world.store.get('guard', inbox) !== undefined && 'a permit to a suppressed address',
    enrolment?.before?.status !== 'active' && 'a permit for an enrolment that is over',
  ]);
}

/** No message is left in between, and what became of each fits what the provider knows. */
function judge(world: World): string | undefined {
  return firstOf([
    ...sends(world).map(({ sendId, status }) => {
      const taken = world.taken.get(sendId) ?? 0;
      if (status === 'PERMITTED' || status === 'ATTEMPT') return `a message is ${status} for ever`;
      if (status === 'SENT' && taken === 0 && !settledBefore.has(sendId))
        return 'a message is SENT that nobody took';
      return (
        (status === 'FAILED' || status === 'SKIPPED') && taken > 0 && `a message is ${status} and was taken`
      );
    }),
    ...enrolments(world).flatMap(({ id, status, reason }) => {
      const own = sends(world).filter(({ enrolmentId }) => enrolmentId === id);
      return [
        status !== 'completed' && `an enrolment is ${status}: ${reason}`,
        own.length !== 1 && `${own.length} messages of one step`,
      ];
    }),
  ]);
}

/** Messages of the past, of which no provider of a later world knows. */
const settledBefore = new Set<string>();

export async function permitScenarios(): Promise<Scenario[]> {
  const ordered = (world: World, order: string) => world.happens('order.placed', { orderId: order });
  const consented = (world: World) =>
    world.happens('consent.given', { channel: 'email', purpose: 'marketing' });
  const waiting =
    (...orders: string[]) =>
    (world: World) => {
      for (const { sendId } of sends(world)) settledBefore.add(sendId);
      world.idle = true;
      for (const order of orders) ordered(world, order);
    };
  const one = await prepared({ library, watch }, consented, waiting('o-1'));
  const known = await prepared({ library, watch, recognisesSendId: true }, consented, waiting('o-1'));
  const capped = await prepared(
    { library, watch },
    consented,
    (world) => ordered(world, 'o-1'),
    (world) => ordered(world, 'o-2'),
    waiting('o-3', 'o-4'),
  );
  const second = await prepared(
    { library, watch },
    consented,
    (world) => ordered(world, 'o-1'),
    waiting('o-2'),
  );

  const scenario = (
    name: string,
    world: Prepared,
    faults: Partial<Faults>,
    begin: (world: World) => void,
    more?: (world: World) => string | undefined,
  ): Scenario => ({
    name: `permit: ${name}`,
    begin: () => world(faults, begin),
    atEnd: (world) => judge(world) ?? more?.(world),
  });
  const nothing = () => {};
  const withdrawn = (world: World) =>
    world.happens('consent.withdrawn', { channel: 'email', purpose: 'marketing' });
  const bounced = (world: World) => {
    const [message] = sends(world);
    const at = new Date(world.now).toISOString();
    world.acts('feedback', async (ports) => {
      await recordFeedback(ports, {
        about: { contactId: ana, sendId: message?.sendId ?? '' },
        at,
        sentAt: at,
        outcome: { kind: 'bounced', bounce: 'permanent', reason: 'no such mailbox' },
      });
    });
  };
  const settled = (world: World) =>
    firstOf(
      sends(world).map(({ status }) => status !== 'SENT' && `the provider knows it, and it is ${status}`),
    );
  const capKept = (world: World) =>
    sends(world).filter(({ status }) => status !== 'SKIPPED').length !== cap
      ? 'the cap was not used up'
      : undefined;
  return [
    scenario('two at the edge of the cap', capped, {}, nothing, capKept),
    scenario('consent is withdrawn', one, {}, withdrawn),
    scenario('the address bounces', second, {}, bounced),
    scenario('a message and the sweeper', one, {}, (world) => world.sweeps('sweeper')),
    scenario('a crash and the sweeper', one, { crashes: 1 }, (world) => world.sweeps('sweeper')),
    scenario('a provider that fails and crashes', one, { crashes: 1, refusals: 1 }, nothing),
    scenario(
      'a provider that knows what it took',
      known,
      { crashes: 1 },
      (world) => world.sweeps('sweeper'),
      settled,
    ),
    scenario('consent is withdrawn and the provider fails', one, { crashes: 1, refusals: 1 }, withdrawn),
    scenario('two at the edge of the cap and a crash', capped, { crashes: 1 }, nothing, capKept),
  ];
}
