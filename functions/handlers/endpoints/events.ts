import { acceptEvents } from '../../use-cases/accept-events.ts';
import { type Endpoints, refusal } from './reply.ts';

/** What producers tell. */
export const events: Endpoints = {
  'post-events': async (ports, { body, query }) => {
    const accepted = await acceptEvents(ports, body, { history: query.history === 'true' });
    if (!accepted.ok)
      return {
        status: accepted.conflict ? 409 : 400,
        body: refusal('the events were not accepted; none was recorded', accepted.problems),
      };
    return {
      status: 202,
      body: { accepted: accepted.events.length, ids: accepted.events.map(({ id }) => id) },
    };
  },
};
