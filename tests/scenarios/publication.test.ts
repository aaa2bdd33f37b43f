import { type Ports, Rejected, Transient } from '@baton/functions/ports.ts';
import { enrolmentsOf } from '@baton/functions/repositories/read.ts';
import { publishStep } from '@baton/functions/use-cases/publish-step.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { Root } from '@baton/rules/conditions/condition.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { aCampaign } from '../support/documents.ts';
import {
  aJourney,
  aTemplate,
  greetingLibrary,
  liveIn,
  openPublishingHost,
  type PublishingHost,
  start,
} from '../support/publishing-host.ts';
import { expectRefusal } from '../support/refusals.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const after = (span: string) => addDuration(start, span);
const Publication = z.object({ id: z.string(), status: z.string(), reason: z.string().optional() });
const idOf = (body: unknown): string => Publication.parse(body).id;

async function aHost(library = greetingLibrary()): Promise<PublishingHost> {
  const host = await openPublishingHost({ library });
  onTestFinished(() => host.close());
  return host;
}

/** How often the store was written to. */
const rowsOfDesign = ({ database }: PublishingHost): unknown =>
  database.sql.prepare('SELECT count(*) AS n FROM design').get()?.n;

const ordersOf = async ({ ports }: PublishingHost, subject: string) =>
  (await enrolmentsOf(ports.store, await resolveContact(ports, subject))).map(
    ({ version, status, endedAt }) => ({ version, status, endedAt }),
  );

describe('a changed document goes live', () => {
  test('new enrolments take it, and who is inside the old version stays there', async () => {
    const host = await aHost();
    await host.happens('email:ana@example.com', 'order.placed', { orderId: 'o-1' });

    const { status, body } = await host.byCode([['journeys', aJourney({ days: 1 })]]);
    expect({ status, body }).toMatchObject({ status: 202, body: { status: 'publishing' } });
    await host.settle();
    await host.happens('email:bo@example.com', 'order.placed', { orderId: 'o-2' });
    await host.passUntil(after('P5D'));

    expect(await host.publication(idOf(body))).toEqual({
      id: idOf(body),
      status: 'live',
      documents: [{ kind: 'journeys', id: 'greeting', version: 2 }],
      retired: [],
    });
    expect(await ordersOf(host, 'email:ana@example.com')).toEqual([
      { version: 1, status: 'completed', endedAt: after('P2D') },
    ]);
    expect(await ordersOf(host, 'email:bo@example.com')).toEqual([
      { version: 2, status: 'completed', endedAt: after('P1D') },
    ]);
  });

  test('documents that need each other go live together', async () => {
    const host = await aHost();

    expectRefusal(await host.byCode([['journeys', aJourney({ template: 'good-day' })]]), 400);
    const { status, body } = await host.byCode(
      [
        ['journeys', aJourney({ template: 'good-day' })],
        ['templates', aTemplate({ id: 'good-day' })],
      ],
      [{ kind: 'templates', id: 'hello' }],
    );
    await host.settle();

    expect(status).toBe(202);
    expect(await host.publication(idOf(body))).toMatchObject({
      status: 'live',
      retired: [{ kind: 'templates', id: 'hello' }],
    });
    expect(await host.live()).toMatchObject({ 'journeys/greeting': 2, 'templates/good-day': 1 });
    expect(await host.live()).not.toHaveProperty('templates/hello');
  });

  test('also a document of the shipped library, in which every check has something to look at', async () => {
    const library = await shippedLibrary();
    const host = await aHost(library);

    const { body } = await host.byCode([
      ['journeys', { ...library.journeys.get('welcome'), title: 'Hello' }],
    ]);
    await host.settle();

    expect(await host.publication(idOf(body))).toMatchObject({ status: 'live' });
  });

  test('what was retired can come back, and is a new version then', async () => {
    const host = await aHost();
    await host.byCode([], [{ kind: 'journeys', id: 'greeting' }]);
    await host.settle();
    await host.happens('email:ana@example.com', 'order.placed', { orderId: 'o-1' });
    expect(await ordersOf(host, 'email:ana@example.com')).toEqual([]);

    await host.byCode([['journeys', aJourney()]]);
    await host.settle();
    await host.happens('email:ana@example.com', 'order.placed', { orderId: 'o-2' });

    expect(await ordersOf(host, 'email:ana@example.com')).toMatchObject([{ version: 2 }]);
  });
});

describe('what does not fit is refused, and nothing of it is stored', () => {
  const library = greetingLibrary();
  const [stage] = library.stages.values();
  const cases: [string, Parameters<PublishingHost['byCode']>, string][] = [
    ['no document', [[['journeys', { id: 'greeting' }]]], 'documents.0'],
    ['an unknown kind', [[['letters', aJourney()]]], 'documents.0.kind'],
    [
      'a name that leads nowhere',
      [[['journeys', aJourney({ template: 'good-day' })]]],
      'journeys/greeting.steps.say',
    ],
    ['the loss of what is used', [[], [{ kind: 'templates', id: 'hello' }]], 'journeys/greeting.steps.say'],
    [
      'one document twice',
      [
        [
          ['templates', aTemplate()],
          ['templates', aTemplate({ body: 'Hi' })],
        ],
      ],
      'templates/hello',
    ],
    [
      'one document that changes and goes',
      [[['templates', aTemplate({ body: 'Hi' })]], [{ kind: 'templates', id: 'hello' }]],
      'templates/hello',
    ],
    [
      'more than goes together',
      [
        Array.from({ length: 99 }, (_, index) => ['templates', aTemplate({ id: `t-${index}` })] as const).map(
          ([kind, document]) => [kind, document],
        ),
      ],
      '(body)',
    ],
    ['a second stage in one place', [[['stages', { ...stage, id: 'another' }]]], 'stages/'],
  ];

  test.each(cases)('%s', async (_name, request, place) => {
    const host = await aHost();
    const before = rowsOfDesign(host);

    const { problems } = expectRefusal(await host.byCode(...request), 400);
    await host.settle();

    expect(problems.map(({ path }) => path).join()).toContain(place);
    expect(rowsOfDesign(host)).toBe(before);
  });

  test('what stands wrong in the library already is not held against a document that fits', async () => {
    const host = await aHost({ ...library, templates: new Map() });

    const { body } = await host.byCode([
      ['events', { ...library.events.get('order.returned'), title: 'Back' }],
    ]);
    await host.settle();

    expect(await host.publication(idOf(body))).toMatchObject({ status: 'live' });
  });

  test('a condition as deep as a document may have it is taken', async () => {
    const host = await aHost();
    const deepest = Array.from({ length: 10 }).reduce<unknown>((inner) => ({ all: [inner] }), {
      fact: 'contact',
      path: '$.tier',
      operator: 'equal',
      value: 'gold',
    });
    const journey = aJourney({ goal: { event: 'order.placed', when: Root.parse(deepest) } });

    expect((await host.byCode([['journeys', journey]])).status).toBe(202);
  });
});

describe('one side manages a document', () => {
  const designed = aJourney({ days: 1, managedBy: 'designer' });

  test('files leave alone what the designer manages, and the designer takes over what two people agree on', async () => {
    const host = await aHost();

    expectRefusal(await host.byDesigner([], [{ kind: 'journeys', id: 'greeting' }]), 409);
    expect((await host.byDesigner([['journeys', aJourney({ days: 1 })]])).status).toBe(202);
    await host.settle();
    expect(await host.live()).toMatchObject({ 'journeys/greeting': 2 });

    expectRefusal(await host.byCode([['journeys', aJourney()]]), 409);
    expectRefusal(await host.byCode([], [{ kind: 'journeys', id: 'greeting' }]), 409);
    expect((await host.byDesigner([], [{ kind: 'journeys', id: 'greeting' }])).status).toBe(202);
    await host.settle();
    expect(await host.live()).not.toHaveProperty('journeys/greeting');
  });

  test('the designer hands a document over to code by saying so', async () => {
    const host = await aHost();
    await host.byCode([['journeys', designed]]);
    await host.settle();

    await host.byDesigner([['journeys', { ...designed, managedBy: 'code' }]]);
    await host.settle();

    expect((await host.byCode([['journeys', aJourney()]])).status).toBe(202);
  });

  test('what is taken over from code cannot say that code manages it', async () => {
    const host = await aHost();

    const { problems } = expectRefusal(
      await host.byDesigner([['journeys', aJourney({ days: 1, managedBy: 'code' })]]),
      409,
    );

    expect(problems).toMatchObject([{ path: 'journeys/greeting.managedBy' }]);
  });

  test('a retired document belongs to nobody', async () => {
    const host = await aHost();
    await host.byCode([], [{ kind: 'journeys', id: 'greeting' }]);
    await host.settle();

    expect((await host.byDesigner([['journeys', designed]])).status).toBe(202);
    await host.settle();

    expect(await host.live()).toMatchObject({ 'journeys/greeting': 2 });
  });

  test('the start of a host publishes its files and leaves alone what the designer manages', async () => {
    const host = await aHost();
    await host.byCode([['journeys', designed]]);
    await host.byDesigner([['templates', aTemplate({ id: 'designed', managedBy: 'designer' })]]);
    await host.settle();

    const files = { ...greetingLibrary(), templates: new Map([['hello', aTemplate({ body: 'Hi' })]]) };
    const { live, left, retired } = await host.publish(files);

    expect(live).toEqual([{ kind: 'templates', id: 'hello', version: 2 }]);
    expect(left).toEqual([{ kind: 'journeys', id: 'greeting' }]);
    expect(retired).toEqual([]);
    expect(await host.live()).toMatchObject({ 'journeys/greeting': 2, 'templates/designed': 1 });
  });
});

describe('the same request twice is one publication', () => {
  const request: Parameters<PublishingHost['byCode']> = [
    [
      ['journeys', aJourney({ template: 'good-day' })],
      ['templates', aTemplate({ id: 'good-day' })],
    ],
    [{ kind: 'templates', id: 'hello' }],
  ];

  test.each([
    ['at once', async () => {}],
    ['half-way', async (host: PublishingHost) => void ((await host.step()) && (await host.step()))],
    ['when it is live', (host: PublishingHost) => host.settle()],
  ])('%s', async (_name, meanwhile) => {
    const host = await aHost();

    const first = await host.byCode(...request);
    await meanwhile(host);
    const second = await host.byCode(...request);
    await host.settle();

    expect(idOf(second.body)).toBe(idOf(first.body));
    expect(await host.publication(idOf(first.body))).toMatchObject({
      status: 'live',
      documents: [
        { id: 'greeting', version: 2 },
        { id: 'good-day', version: 1 },
      ],
      retired: [{ id: 'hello' }],
    });
    expect(await host.live()).toMatchObject({ 'journeys/greeting': 2, 'templates/good-day': 1 });
    expect((await host.ports.documents.live()).machine('greeting')).not.toBe('');
  });

  test('side by side', async () => {
    const host = await aHost();

    const answers = await Promise.all([host.byCode(...request), host.byCode(...request)]);
    await host.settle();

    expect(new Set(answers.map(({ body }) => idOf(body))).size).toBe(1);
    expect(await host.live()).toMatchObject({ 'journeys/greeting': 2, 'templates/good-day': 1 });
  });

  test('one that lags behind does not begin anew what is live meanwhile', async () => {
    const host = await aHost();
    const { store } = host.ports;
    let lagging = true;
    host.ports.store = {
      ...store,
      transact: async (operations) => {
        if (lagging && operations.some((one) => one.kind === 'put' && one.item.sk === 'PUBLICATION')) {
          lagging = false;
          await host.byCode(...request);
          await host.settle();
        }
        return store.transact(operations);
      },
    };

    const { body } = await host.byCode(...request);
    await host.settle();

    expect(body).toMatchObject({ status: 'live' });
    expect(await host.publication(idOf(body))).toMatchObject({ status: 'live' });
  });

  test('its last step, repeated when another publication has followed, changes nothing', async () => {
    const host = await aHost();
    const { body } = await host.byCode(...request);
    await host.settle();
    await host.byCode([['journeys', aJourney({ template: 'good-day', days: 3 })]]);
    await host.settle();

    await publishStep(host.ports, { publication: idOf(body), do: 'go-live' });

    expect(await host.live()).toMatchObject({ 'journeys/greeting': 3 });
    expect(await host.publication(idOf(body))).toMatchObject({ status: 'live' });
  });

  test('content that was live before and comes back is a publication of its own', async () => {
    const host = await aHost();
    const versions = [aJourney({ days: 1 }), aJourney(), aJourney({ days: 1 })];

    const ids = [];
    for (const journey of versions) {
      ids.push(idOf((await host.byCode([['journeys', journey]])).body));
      await host.settle();
    }

    expect(new Set(ids).size).toBe(3);
    expect(await host.live()).toMatchObject({ 'journeys/greeting': 4 });
  });

  test('what is live already is a publication that is live', async () => {
    const host = await aHost();

    const { body } = await host.byCode([['journeys', aJourney()]]);

    expect(body).toMatchObject({ status: 'live', documents: [] });
    expect(await host.publication(idOf(body))).toEqual(body);
  });
});

describe('two publications of one document at once', () => {
  test('one wins, the other fails with its reason and can be repeated', async () => {
    const host = await aHost();
    const [one, other] = [aJourney({ days: 1 }), aJourney({ days: 3 })];

    const answers = await Promise.all([host.byCode([['journeys', one]]), host.byCode([['journeys', other]])]);
    await host.settle();

    const ends = await Promise.all(answers.map(({ body }) => host.publication(idOf(body))));
    expect(ends.map((end) => Publication.parse(end).status).sort()).toEqual(['failed', 'live']);
    expect(ends).toContainEqual(
      expect.objectContaining({
        status: 'failed',
        reason: expect.stringContaining('published by somebody else'),
      }),
    );
    const lost = Publication.parse(ends[0]).status === 'failed' ? one : other;
    await host.byCode([['journeys', lost]]);
    await host.settle();
    const { journeys } = await host.ports.documents.live();
    expect(journeys.get('greeting')?.steps).toEqual(lost.steps);
  });

  test('two that fit alone and not together do not both go live', async () => {
    const host = await aHost();
    await host.byCode([['templates', aTemplate({ id: 'good-day' })]]);
    await host.settle();

    const uses = await host.byCode([['journeys', aJourney({ template: 'good-day' })]]);
    const retires = await host.byCode([], [{ kind: 'templates', id: 'good-day' }]);
    await host.settle();

    expect(await host.publication(idOf(uses.body))).toMatchObject({ status: 'live' });
    expect(await host.publication(idOf(retires.body))).toMatchObject({ status: 'failed' });
    expect(await host.live()).toHaveProperty(['templates/good-day']);
  });
});

describe('a machine that is refused', () => {
  test('lets the publication fail as a whole; publishing again later works', async () => {
    const host = await aHost();
    const before = await host.live();
    const { publish } = host.ports.workflows;
    host.ports.workflows.publish = async () => {
      throw new Rejected('there are too many machines');
    };
    const request: Parameters<PublishingHost['byCode']> = [
      [
        ['journeys', aJourney({ template: 'good-day' })],
        ['templates', aTemplate({ id: 'good-day' })],
      ],
    ];

    const failed = await host.byCode(...request);
    await host.settle();
    expect(await host.publication(idOf(failed.body))).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('a machine was refused'),
    });
    expect(await host.live()).toEqual(before);

    host.ports.workflows.publish = publish;
    const again = await host.byCode(...request);
    await host.settle();
    expect(idOf(again.body)).toBe(idOf(failed.body));
    expect(await host.publication(idOf(again.body))).toMatchObject({ status: 'live' });
    expect(await host.publication(idOf(again.body))).not.toHaveProperty('reason');
  });

  test('a publication whose machine ended without a word is taken up by the same request an hour later', async () => {
    const host = await aHost();
    const { body } = await host.byCode([['journeys', aJourney({ days: 1 })]]);
    await host.ports.workflows.stop({ machine: '', name: `publish-${idOf(body)}-1` }, 'by hand');
    await host.settle();
    expect(await host.publication(idOf(body))).toMatchObject({ status: 'publishing' });

    await host.passUntil(after('PT2H'));
    await host.byCode([['journeys', aJourney({ days: 1 })]]);
    await host.settle();

    expect(await host.publication(idOf(body))).toMatchObject({ status: 'live' });
  });
});

describe('a publication that is interrupted', () => {
  const campaign = aCampaign({ journey: 'greeting' });
  const library = greetingLibrary({ campaigns: [campaign] });
  const planned = { ...campaign, schedule: { at: after('P3D') } };
  const request: Parameters<PublishingHost['byCode']> = [
    [
      ['journeys', aJourney({ template: 'good-day', days: 1 })],
      ['templates', aTemplate({ id: 'good-day' })],
      ['campaigns', planned],
    ],
    [{ kind: 'templates', id: 'hello' }],
  ];

  /** Everything of the publication is live, or nothing is. */
  async function isWhole(ports: Pick<Ports, 'store'>): Promise<boolean> {
    const live = await liveIn(ports);
    const signs = [
      live['journeys/greeting'] === 2,
      live['templates/good-day'] === 1,
      live['campaigns/a-campaign'] === 2,
      live['templates/hello'] === undefined,
    ];
    expect(new Set(signs).size, JSON.stringify(live)).toBe(1);
    return signs[0] ?? false;
  }

  async function expectFinished(host: PublishingHost, id: string): Promise<void> {
    expect(await isWhole(host.ports)).toBe(true);
    expect(await host.publication(id)).toMatchObject({ status: 'live' });
    expect((await host.ports.documents.live()).machine('greeting')).toBe('journey-greeting-v2');
    expect(host.dueAt()).toBe(Date.parse(planned.schedule.at));
  }

  test('after any step of the machine: a host that starts again finishes it', async () => {
    let steps = 0;
    for (let more = true; more; steps++) {
      const host = await openPublishingHost({ library });
      const { body } = await host.byCode(...request);
      for (let step = 0; step < steps; step++) more = await host.step();
      await isWhole(host.ports);
      await host.close();

      const again = await openPublishingHost({ folder: host.folder });
      await again.settle();
      await expectFinished(again, idOf(body));
      await again.close();
    }
    expect(steps).toBeGreaterThan(5);
  });

  /** Lets the `n`th call of storage or workflows fail (`once`), or it and all that follow (`for-good`). */
  function breakAt(host: PublishingHost, n: number, how: 'once' | 'for-good') {
    let calls = 0;
    const before =
      <Input extends unknown[], Output>(act: (...input: Input) => Promise<Output>) =>
      async (...input: Input): Promise<Output> => {
        calls++;
        if (calls === n || (how === 'for-good' && calls > n)) throw new Transient('it cannot be reached');
        return act(...input);
      };
    const { ports } = host;
    const whole = { store: ports.store, workflows: ports.workflows };
    const { get, query, transact } = ports.store;
    const { start: begin, publish, plan } = ports.workflows;
    ports.store = {
      ...ports.store,
      get: before(get),
      query: before(query),
      transact: before(transact),
    };
    ports.workflows = {
      ...ports.workflows,
      start: before(begin),
      publish: before(publish),
      plan: before(plan),
    };
    return { whole, reached: () => calls >= n, mend: () => Object.assign(ports, whole) };
  }

  test('by any single call that fails: it is tried again', async () => {
    for (let n = 1, reached = true; reached; n++) {
      const host = await openPublishingHost({ library });
      const broken = breakAt(host, n, 'once');

      let answer = await host.byCode(...request);
      if (answer.status !== 202) {
        expectRefusal(answer, 503);
        answer = await host.byCode(...request);
      }
      while (await host.step()) await isWhole(broken.whole);
      await host.passUntil(after('P1D'));
      reached = broken.reached();
      broken.mend();

      await expectFinished(host, idOf(answer.body));
      await host.close();
    }
  });

  test('by the end of the process in any call: a host that starts again finishes it', async () => {
    for (let n = 1, reached = true; reached; n++) {
      const host = await openPublishingHost({ library });
      const broken = breakAt(host, n, 'for-good');
      const answer = await host.byCode(...request);
      if (answer.status === 202) for (let step = 0; step < 3; step++) await host.step();
      await isWhole(broken.whole);
      reached = broken.reached();
      await host.close();

      const again = await openPublishingHost({ folder: host.folder });
      const { body } = answer.status === 202 ? answer : await again.byCode(...request);
      await again.passUntil(after('P1D'));
      await expectFinished(again, idOf(body));
      await again.close();
    }
  });
});

describe('a campaign with a time of its own', () => {
  const campaign = aCampaign({
    journey: 'greeting',
    audience: { stages: ['targeted'], when: aCampaign().audience.when },
  });
  const at = (instant: string) => ({ ...campaign, schedule: { at: instant } });
  const runsOf = async ({ ports }: PublishingHost) =>
    (await ports.store.query({ table: 'design', index: 'g1', pk: 'RUN#done' })).items.map((item) => item.at);
  const publish = async (host: PublishingHost, ...request: Parameters<PublishingHost['byCode']>) => {
    expect((await host.byCode(...request)).status).toBe(202);
    await host.settle();
  };

  test('is planned when it goes live and runs once at its time', async () => {
    const host = await aHost();
    await publish(host, [['campaigns', at(after('P3D'))]]);

    await host.passUntil(after('P2D'));
    expect(await runsOf(host)).toEqual([]);
    await host.passUntil(after('P3D'));
    expect(await runsOf(host)).toEqual([after('P3D')]);
    await publish(host, [['campaigns', { ...at(after('P3D')), title: 'Another title' }]]);
    await host.passUntil(after('P9D'));
    expect(await runsOf(host)).toEqual([after('P3D')]);
  });

  test('moves with its date, also one that is written in another zone', async () => {
    const host = await aHost();
    await publish(host, [['campaigns', at(after('P3D'))]]);
    await publish(host, [['campaigns', at('2026-03-06T11:00:00+02:00')]]);

    await host.passUntil(after('P9D'));

    expect(await runsOf(host)).toEqual([after('P5D')]);
  });

  test.each<[string, Parameters<PublishingHost['byCode']>]>([
    ['it is retired', [[], [{ kind: 'campaigns', id: 'a-campaign' }]]],
    ['its date is taken away', [[['campaigns', campaign]]]],
  ])('runs no more when %s', async (_name, request) => {
    const host = await aHost();
    await publish(host, [['campaigns', at(after('P3D'))]]);
    await publish(host, ...request);

    expect(host.dueAt()).toBeUndefined();
    await host.passUntil(after('P9D'));

    expect(await runsOf(host)).toEqual([]);
  });
});
