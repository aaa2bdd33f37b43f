import type { AuditView, DeadLettersView, OwnersView, QuarantineView } from '@baton/functions/api/views.ts';
import type { Role } from '@baton/rules/roles.ts';
import type { Gate } from './ui-fixture-server.ts';

type Person = { id: string; name: string; roles: Role[]; left?: true };

/** What the pages of administrators need: people, the audit, and what was not taken. */
export type AdminFixture = {
  gate: Gate;
  me: { person: string; roles: Role[] };
  people: Person[];
  quarantine: QuarantineView;
  deadLetters: DeadLettersView;
  posted: { path: string; body: unknown }[];
  /** As on AWS, where people are kept in the user pool. */
  hasPeople: boolean;
  /** How many contacts an owner has, by name. */
  owned: Record<string, number>;
  /** How many of them keep their owner once they were told. */
  leftAlone: number;
  /** Why nothing can be fed in again. */
  refusal: string;
};

const audit: AuditView = {
  entries: [
    {
      ...{ id: 'a-3', at: '2026-03-10T08:12:00.000Z', by: 'Arno Weiss', what: 'published version 4' },
      ...{ kind: 'handovers', document: 'marketing-to-inside-sales' },
    },
    {
      ...{ id: 'a-2', at: '2026-03-10T08:03:00.000Z', by: 'Arno Weiss', what: 'approved it' },
      ...{ kind: 'handovers', document: 'marketing-to-inside-sales', note: 'Four hours are enough.' },
    },
    {
      ...{ id: 'a-1', at: '2026-03-09T15:40:00.000Z', by: 'Edda Lund', what: 'sent it for review' },
      ...{ kind: 'templates', document: 'welcome', note: 'New greeting, as agreed with legal.' },
    },
    {
      ...{
        id: 'a-0',
        at: '2026-03-09T09:00:00.000Z',
        by: 'Mara',
        what: 'fed an event from quarantine in again',
      },
    },
  ],
};

export function adminFixture(): AdminFixture {
  const fixture: AdminFixture = {
    me: { person: 'Mara', roles: ['admin'] },
    people: [
      { id: 'mara', name: 'Mara', roles: ['admin'] },
      { id: 'arno', name: 'Arno Weiss (process owner)', roles: ['editor', 'approver'] },
      { id: 'ines', name: 'Ines Vogt (inside sales)', roles: ['agent'] },
      { id: 'otto', name: 'Otto Falk', roles: ['viewer'], left: true },
    ],
    quarantine: {
      entries: [
        {
          ...{ id: 'q-1', at: '2026-03-10T07:30:00.000Z', recorded: false },
          reason: 'type: "order.refunded" is not in the event catalogue',
          ...{ type: 'order.refunded', source: 'shop', subject: 'email:ana@example.com' },
          body: JSON.stringify({ id: 'o-77', type: 'order.refunded', data: { orderId: '77' } }, null, 2),
        },
        {
          ...{ id: 'q-2', at: '2026-03-08T11:02:00.000Z', recorded: true, contactId: 'ct-ana' },
          reason: 'the condition asks for a fact that is not in the catalogue',
          ...{ type: 'survey.answered', source: 'survey-tool' },
          body: '{ "score": 9 }',
        },
      ],
    },
    deadLetters: {
      queues: [
        {
          ...{ queue: 'intake', count: 3, tries: 5, since: '2026-03-10T08:00:00.000Z' },
          reasons: [
            {
              reason: 'its handler failed: Error SQLITE_FULL at database.ts:88:12',
              ...{ count: 2, since: '2026-03-10T08:00:00.000Z' },
            },
            { reason: 'its handler never answered', count: 1, since: '2026-03-10T08:30:00.000Z' },
          ],
        },
      ],
    },
    posted: [],
    hasPeople: true,
    owned: {},
    leftAlone: 0,
    refusal: '',
    gate: async (request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://fixture');
      const [, area, kind, id, what] = decodeURIComponent(pathname).split('/');
      if (
        area !== 'api' ||
        !['me', 'people', 'audit', 'quarantine', 'library', 'departures', 'owners', 'dead-letters'].includes(
          kind ?? '',
        )
      )
        return false;
      if (id === 'names') return false;
      const send = (status: number, body: object): true => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        return true;
      };
      if (kind === 'me') return send(200, fixture.me);
      if (kind === 'audit') return send(200, audit);
      if (kind === 'dead-letters' && request.method === 'GET') return send(200, fixture.deadLetters);
      if (kind === 'owners') return send(200, ownersOf(new URL(request.url ?? '/', 'http://fixture')));
      if (kind === 'library') return send(200, { documents: {} });
      if (kind === 'people' && !fixture.hasPeople)
        return send(404, { error: 'there is nothing at this address', problems: [] });
      if (request.method === 'GET')
        return send(200, kind === 'people' ? { people: fixture.people } : fixture.quarantine);

      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
      fixture.posted.push({ path: pathname, body });
      if (kind === 'dead-letters') {
        fixture.deadLetters = { queues: [] };
        return send(200, { redriven: 3 });
      }
      if (kind === 'departures') return send(200, tell(ownerIn(body)));
      if (kind === 'quarantine')
        return fixture.refusal ? send(422, refused(fixture.refusal)) : send(200, release(id));
      if (what === 'link')
        return send(200, { url: 'http://127.0.0.1:4400/in/abc', expiresAt: '2026-03-11T09:30:00.000Z' });
      return send(200, put(id ?? '', body));
    },
  };

  const ownersOf = ({ searchParams }: URL): OwnersView => ({
    owners: Object.entries(fixture.owned)
      .map(([person, contacts]) => ({ person, contacts }))
      .filter(({ person }) => [person, null].includes(searchParams.get('person'))),
  });
  const tell = (person: string): object => {
    const told = fixture.owned[person] ?? 0;
    if (told > 0) fixture.owned = { ...fixture.owned, [person]: fixture.leftAlone };
    return { told, more: false };
  };
  const ownerIn = (body: unknown): string =>
    typeof body === 'object' && body && 'person' in body ? String(body.person) : '';
  const refused = (reason: string) => ({
    error: reason,
    problems: [{ path: 'type', reason, remedy: 'add it' }],
  });

  function release(id = ''): object {
    fixture.quarantine = { entries: fixture.quarantine.entries.filter((line) => line.id !== id) };
    return { ok: true };
  }
  function put(id: string, body: unknown): Person {
    const person = { roles: [], name: '', ...(typeof body === 'object' ? body : {}), id };
    fixture.people = [...fixture.people.filter((one) => one.id !== id), person];
    return person;
  }
  return fixture;
}
