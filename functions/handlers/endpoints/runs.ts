import { startRun } from '../../use-cases/start-run.ts';
import { type Endpoints, notFound } from './reply.ts';

/** Starting campaigns. */
export const runs: Endpoints = {
  'post-run': async (ports, { path }) => {
    const run = await startRun(ports, path.campaignId ?? '');
    await ports.store.durable();
    return run
      ? { status: 202, body: run }
      : notFound('campaignId', `there is no campaign "${path.campaignId}"`, 'open it from the campaign list');
  },
};
