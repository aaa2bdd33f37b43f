import { absenceProblem } from '@baton/rules/cycle/absence.ts';
import type { DeadLettersView, RedrivenView } from '../../api/views.ts';
import { auditOperation } from '../../library/audit.ts';
import type { Operation } from '../../ports.ts';
import { redrive } from '../../use-cases/redrive.ts';
import { Departure, reportDeparture } from '../../use-cases/report-departure.ts';
import { quarantineView } from '../../views/quarantine.ts';
import type { Caller } from '../caller.ts';
import { type Endpoints, invalid, ok, refusal, withBody } from './reply.ts';

/** Loaded by who asks first: nothing else here needs them. */
const insights = () => import('../../views/insights.ts');
const owners = () => import('../../views/owners.ts');
const desk = () => import('../../views/desk.ts');

/** What administrators see to, the figures over weeks that everybody may see, and the queue of the desk. */
export const admin: Endpoints = {
  'get-insights': async (ports, { query }) => {
    const { insightPeriods, insightsView } = await insights();
    const days = insightPeriods.find((period) => String(period) === (query.days ?? '90'));
    return days
      ? ok(await insightsView(ports, days))
      : invalid(
          'days',
          `"${query.days}" is no period that can be looked at`,
          `use ${insightPeriods.join(', ')}`,
        );
  },
  'get-desk': async (ports, { query }) => {
    const { deskOrders, deskView } = await desk();
    const order = deskOrders.find((one) => one === (query.order ?? 'due'));
    return order
      ? ok(await deskView(ports, { ...query, order }))
      : invalid('order', `"${query.order}" is no order`, `use ${deskOrders.join(', ')}`);
  },
  'post-departure': (ports, { body, caller }) =>
    withBody(Departure, body, async (departure) => {
      const wrong = absenceProblem(departure, ports.clock.now().getTime());
      return wrong
        ? invalid('until', wrong, 'leave it out where nobody knows')
        : ok(await reportDeparture(ports, departure, caller.kind === 'known' ? caller.person : ''));
    }),
  'get-owners': async (ports, { query }) => ok(await (await owners()).ownersView(ports, query)),
  'get-quarantine': async (ports, { query }) => ok(await quarantineView(ports, query)),
  'post-redrive': async (ports, { path, caller }) => {
    const by = caller.kind === 'known' ? caller.person : '';
    const redriven = await redrive(ports, { id: path.quarantineId ?? '', by });
    await ports.store.durable();
    if (redriven.ok) return ok({ ok: true });
    const { status, problems } = redriven;
    return { status, body: refusal(problems[0]?.reason ?? 'it was not fed in again', problems) };
  },
  'get-dead-letters': async (_ports, _call, { givenUp }) => {
    const view: DeadLettersView = givenUp ? { queues: givenUp.list() } : { queues: [], elsewhere: true };
    return ok(view);
  },
  'post-dead-letters-redrive': async ({ store, clock }, { caller }, { givenUp }) => {
    if (!givenUp)
      return {
        status: 404,
        body: refusal('the queues of this host are seen to elsewhere', [
          {
            path: 'queue',
            reason: 'they are queues of an AWS account',
            remedy: 'start the redrive of the queue of dead events in SQS',
          },
        ]),
      };
    const count = givenUp.list().reduce((sum, queue) => sum + queue.count, 0);
    if (count > 0) await store.transact([sendingAgain(count, clock.now().toISOString(), caller)]);
    const redriven = givenUp.redrive();
    await store.durable();
    const view: RedrivenView = { redriven };
    return ok(view);
  },
};

/** Written before anything is sent again: whatever happens then, it is known who asked for it. */
function sendingAgain(count: number, at: string, caller: Caller): Operation {
  const by = caller.kind === 'known' ? caller.person : '';
  const what = `asked for ${count === 1 ? 'a message' : `${count} messages`} to be sent again that a queue had given up`;
  return auditOperation({ at, by, what }, `${at} ${count}`);
}
