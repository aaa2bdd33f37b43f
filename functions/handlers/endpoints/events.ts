import { acceptEvents } from '../../use-cases/accept-events.ts';
import { importContacts } from '../../use-cases/import-contacts.ts';
import { type Endpoints, refusal } from './reply.ts';

/** What producers tell, and what people bring in from files. */
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
  'post-contact-import': async (ports, { body }) => {
    const imported = await importContacts(ports, body);
    if (imported.ok)
      return { status: 202, body: { accepted: imported.events.length, known: imported.known } };
    return {
      status: imported.conflict ? 409 : 400,
      body: refusal('nothing was imported', imported.problems),
    };
  },
};
