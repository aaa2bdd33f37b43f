import { Instant } from '@baton/rules/documents/common.ts';
import * as z from 'zod';
import type { Ports } from '../../ports.ts';
import { contactView } from '../../views/contact.ts';
import { contactsView } from '../../views/contacts.ts';
import { homeView } from '../../views/home.ts';
import { journeyView } from '../../views/journey.ts';
import { libraryView } from '../../views/library.ts';
import { messagesView } from '../../views/messages.ts';
import { statusView } from '../../views/status.ts';
import { tasksView } from '../../views/tasks.ts';
import { type Endpoints, type HostFacts, invalid, notFound, ok, withBody } from './reply.ts';

/** Loaded by who asks first: what this function loads at its start is large already, and most calls need none of it. */
const campaigns = () => import('../../views/campaigns.ts');
const cycle = () => import('../../views/cycle.ts');
const entry = () => import('../../views/entry.ts');
const inJourneys = () => import('../../views/journey-numbers.ts');
const reaching = () => import('../../views/reach.ts');

const MessageStatus = z.enum(['waiting', 'sent', 'skipped', 'failed', 'unknown']).optional();

/** What a person must look at: messages that were given up, where the host sees them, and events in quarantine. */
async function hostFacts({ store }: Ports, { clock, deadLetters, counts }: HostFacts) {
  const quarantined = await store.count({ table: 'core', index: 'g1', pk: 'QUARANTINE' });
  return {
    clock,
    deadLetters: quarantined + (deadLetters?.() ?? 0),
    deadLettersPartial: deadLetters ? undefined : (true as const),
    counts: counts?.(),
  };
}

/** What people look at. */
export const read: Endpoints = {
  'get-home': async (ports, _call, host) => ok(await homeView(ports, await hostFacts(ports, host))),
  'get-cycle': async (ports) => ok(await (await cycle()).cycleView(ports)),
  'get-contacts': async (ports, { query }) => ok(await contactsView(ports, query)),
  'get-contact': async (ports, { path, query }) => {
    const at = query.at === undefined ? undefined : Instant.safeParse(query.at);
    if (at?.success === false)
      return invalid('at', `"${query.at}" names no instant`, 'write it as "2026-03-01T09:00:00Z"');
    const instant = at && new Date(at.data).toISOString();
    if (instant && instant > ports.clock.now().toISOString())
      return invalid('at', `${query.at} lies in the future`, 'ask for an instant that has passed');
    const view = await contactView(ports, path.contactId ?? '', { ...query, at: instant });
    return view
      ? ok(view)
      : notFound('contactId', `there is no contact "${path.contactId}"`, 'open it from the contact list');
  },
  'get-journey-entry': async (ports, { path }) => {
    const { contactId = '', journeyId = '' } = path;
    const view = await (await entry()).journeyEntryView(ports, contactId, journeyId);
    return view
      ? ok(view)
      : notFound(
          'journeyId',
          `there is no contact "${contactId}" or no journey "${journeyId}"`,
          'take them from GET /api/contacts and GET /api/documents',
        );
  },
  'get-journey': async (ports, { path }) => {
    const view = await journeyView(ports, path.journeyId ?? '');
    return view
      ? ok(view)
      : notFound(
          'journeyId',
          `there is no journey "${path.journeyId}"`,
          'take the id from GET /api/documents',
        );
  },
  'get-journey-numbers': async (ports, { path }) =>
    ok(await (await inJourneys()).journeyNumbersView(ports, path.journeyId ?? '')),
  'get-journey-contacts': async (ports, { path, query }) =>
    ok(await (await inJourneys()).journeyContactsView(ports, path.journeyId ?? '', query)),
  'get-library': async (ports) => ok(await libraryView(ports)),
  'get-me': async (_ports, { caller }) =>
    ok(caller.kind === 'known' ? { person: caller.person, roles: caller.roles } : { person: '', roles: [] }),
  'get-openapi': async () => ok((await import('../../api/openapi.json', { with: { type: 'json' } })).default),
  'post-reach': async (ports, { body }, { reach }) => {
    const { AskReach, reachView, readPopulation, rootsOf } = await reaching();
    return withBody(AskReach, body, async (ask) => {
      if (reach) return ok(await reach(ask));
      const known = rootsOf(await ports.documents.live());
      return ok(reachView(ask, await readPopulation(ports), known));
    });
  },
  'get-tasks': async (ports, { query }) =>
    ok(await tasksView(ports, { ...query, overdue: query.overdue === 'true' })),
  'get-messages': async (ports, { query }) => {
    const status = MessageStatus.safeParse(query.status || undefined);
    if (!status.success)
      return invalid(
        'status',
        `"${query.status}" is not a status`,
        `use ${MessageStatus.unwrap().options.join(', ')}`,
      );
    return ok(await messagesView(ports, { status: status.data, cursor: query.cursor }));
  },
  'get-campaigns': async (ports) => ok(await (await campaigns()).campaignsView(ports)),
  'get-status': async (ports, _call, host) => ok(await statusView(ports, await hostFacts(ports, host))),
};
