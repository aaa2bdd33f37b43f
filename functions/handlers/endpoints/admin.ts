import { redrive } from '../../use-cases/redrive.ts';
import { quarantineView } from '../../views/quarantine.ts';
import { type Endpoints, ok, refusal } from './reply.ts';

/** What administrators see to. */
export const admin: Endpoints = {
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
