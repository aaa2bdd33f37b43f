import { redrive } from '../../use-cases/redrive.ts';
import { quarantineView } from '../../views/quarantine.ts';
import { type Endpoints, invalid, ok, refusal } from './reply.ts';

/** Loaded by who asks first: nothing else here needs it. */
const insights = () => import('../../views/insights.ts');

/** What administrators see to, and the figures over weeks that everybody may see. */
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
  'get-quarantine': async (ports, { query }) => ok(await quarantineView(ports, query)),
  'post-redrive': async (ports, { path, caller }) => {
    const by = caller.kind === 'known' ? caller.person : '';
    const redriven = await redrive(ports, { id: path.quarantineId ?? '', by });
    await ports.store.durable();
    if (redriven.ok) return ok({ ok: true });
    const { status, problems } = redriven;
    return { status, body: refusal(problems[0]?.reason ?? 'it was not fed in again', problems) };
  },
};
