import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  DocumentsView,
  DocumentView,
  DraftView,
  ErrorView,
  JourneyNumbersView,
  JourneyStepNumbers,
  LayoutView,
  VersionLine,
} from '@baton/functions/api/views.ts';
import { AskPreview, previewTemplate } from '@baton/functions/use-cases/preview-template.ts';
import { isDocumentKind, type Library } from '@baton/rules/documents/index.ts';
import type { Step } from '@baton/rules/documents/journey.ts';
import type { Role } from '@baton/rules/roles.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import type { Gate } from './ui-fixture-server.ts';

/** The life of documents as the host answers it, in memory: enough of it for pages that edit them. */
export type DocumentsFixture = {
  gate: Gate;
  library: Library;
  posted: { path: string; body: unknown }[];
  /** Who works here; changes with the next answer. */
  me: { person: string; roles: Role[] };
  /** Somebody else saves a draft; `state`: how far it has come since. */
  saveAs(person: string, kind: string, id: string, document: unknown, state?: DraftView['state']): void;
  draftOf(kind: string, id: string): DraftView | undefined;
  layoutOf(id: string): LayoutView | undefined;
  /** Documents that the designer manages, `<kind>/<id>`; all others come from files. */
  ofDesigner: Set<string>;
  /** Why the host publishes nothing, where it does not. */
  refusal?: ErrorView | undefined;
  /** While it is so, nobody answers. */
  silent: boolean;
};

type Body = {
  rev: number;
  document?: unknown;
  retire?: true;
  version?: number;
  note?: string;
  answer?: string;
  drafts?: Place[];
  startAt?: string;
};
type Place = { kind: string; id: string; rev: number };
type Entry = { draft?: DraftView; rev: number; version: number; live: unknown; versions: VersionLine[] };

const at = '2026-03-02T10:00:00.000Z';

export async function documentsFixture(): Promise<DocumentsFixture> {
  const library = await shippedLibrary();
  const entries = new Map<string, Entry>();
  const layouts = new Map<string, LayoutView>();
  const posted: DocumentsFixture['posted'] = [];

  for (const [kind, documents] of Object.entries(library))
    for (const [id, document] of documents)
      entries.set(`${kind}/${id}`, {
        rev: 0,
        version: 3,
        live: document,
        versions: [3, 2, 1].map((version) => ({
          version,
          publishedAt: at,
          by: 'Vera',
          note: `Version ${version}`,
        })),
      });

  const entryOf = (kind: string, id: string): Entry => {
    const entry = entries.get(`${kind}/${id}`) ?? { rev: 0, version: 0, live: undefined, versions: [] };
    entries.set(`${kind}/${id}`, entry);
    return entry;
  };

  function save(person: string, entry: Entry, document: unknown, retire?: true): DraftView {
    entry.rev += 1;
    entry.draft = {
      state: 'draft',
      rev: entry.rev,
      base: entry.version,
      editedBy: person,
      editedAt: at,
      document: retire ? entry.live : document,
      ...(retire ? { retire } : {}),
    };
    return entry.draft;
  }

  const fixture: DocumentsFixture = {
    library,
    posted,
    me: { person: 'Mara', roles: ['admin'] },
    ofDesigner: new Set(),
    silent: false,
    saveAs: (person, kind, id, document, state = 'draft') => {
      const entry = entryOf(kind, id);
      entry.draft = { ...save(person, entry, document), state };
    },
    draftOf: (kind, id) => entries.get(`${kind}/${id}`)?.draft,
    layoutOf: (id) => layouts.get(id),
    gate: async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://fixture');
      const parts = decodeURIComponent(url.pathname).split('/').slice(2);
      if (!url.pathname.startsWith('/api/')) return false;
      if (fixture.silent) {
        request.destroy();
        return true;
      }
      const body = request.method === 'POST' ? JSON.parse(await text(request)) : undefined;
      if (parts.join('/') === 'templates/preview')
        return send(response, 200, await previewTemplate(AskPreview.parse(body)));
      const answer = reply(parts, body);
      if (!answer) {
        if (body !== undefined) return send(response, 200, {});
        return false;
      }
      if (body !== undefined) posted.push({ path: url.pathname, body });
      return send(response, answer.status, answer.body);
    },
  };

  function reply([area, kind = '', id = '', ...rest]: string[], body: Body | undefined) {
    const ok = (view: object) => ({ status: 200, body: view });
    if (area === 'library')
      return ok({
        documents: Object.fromEntries(
          Object.entries(library).map(([name, found]) => [name, [...found.values()]]),
        ),
      });
    if (area === 'me') return ok(fixture.me);
    if (area === 'journeys' && id === 'contacts') return ok({ contacts: insiders });
    if (area === 'journeys') return ok(id === 'numbers' ? numbersOf(kind) : stateOf(kind));
    if (area === 'publications') {
      if (fixture.refusal && body?.drafts) return { status: 409, body: fixture.refusal };
      if (body?.drafts) return ok(publish(body.drafts, body.startAt));
      return ok(body ? cancel(kind) : publication('scheduled', scheduledIn(kind)));
    }
    if (area !== 'documents') return undefined;
    if (kind === '') return ok(list());
    const entry = entries.get(`${kind}/${id}`);
    if (!body) return readOne(kind, id, entry, rest);
    return change(kind, id, rest.join('/'), body);
  }

  function list(): DocumentsView {
    return {
      documents: [...entries].flatMap(([name, { version, draft, live }]) => {
        if (live === undefined && !draft) return [];
        const [kind = '', id = ''] = name.split('/');
        const head = headOf(draft?.document ?? live, id);
        return [
          {
            kind,
            id,
            ...head,
            version: live === undefined ? 0 : version,
            hash: `h${version}`,
            managedBy: managerOf(kind, id),
            ...(draft ? { draft } : {}),
          },
        ];
      }),
    };
  }

  function readOne(kind: string, id: string, entry: Entry | undefined, rest: string[]) {
    if (!entry || !isDocumentKind(kind))
      return { status: 404, body: { error: `there is no document ${kind}/${id}`, problems: [] } };
    if (rest[0] === 'versions') {
      const line = entry.versions.find(({ version }) => String(version) === rest[1]);
      return { status: 200, body: { ...line, document: older(entry.live) } };
    }
    return { status: 200, body: viewOf(kind, id, entry) };
  }

  function viewOf(kind: string, id: string, { draft, version, live, rev, versions }: Entry): DocumentView {
    const layout = layouts.get(id);
    return {
      ...{ kind, id, versions },
      ...(live === undefined
        ? {}
        : { live: { version, hash: `h${version}`, managedBy: managerOf(kind, id), document: live } }),
      ...(draft ? { draft } : { rev }),
      ...(layout ? { layout } : {}),
    };
  }

  function change(kind: string, id: string, what: string, body: Body) {
    if (what === 'layout') {
      layouts.set(id, layoutIn(body));
      return { status: 200, body };
    }
    const entry = entryOf(kind, id);
    if (what === 'rollback') {
      entry.version += 1;
      entry.live ??= library[isDocumentKind(kind) ? kind : 'stages'].get(id);
      return { status: 202, body: publication('live') };
    }
    const seen = entry.draft?.rev ?? entry.rev;
    if (body.rev !== seen)
      return {
        status: 409,
        body: {
          error: `${entry.draft?.editedBy} has changed it meanwhile`,
          problems: [],
          draft: entry.draft ?? null,
        },
      };
    if (what === 'draft')
      return { status: 200, body: save(fixture.me.person, entry, body.document, body.retire) };
    if (what === 'draft/removal') {
      entry.rev += 1;
      delete entry.draft;
      return { status: 200, body: { rev: entry.rev } };
    }
    if (!entry.draft) return { status: 409, body: { error: 'there is no draft', problems: [] } };
    entry.rev += 1;
    entry.draft = { ...entry.draft, ...moved(what, body), rev: entry.rev };
    return { status: 200, body: entry.draft };
  }

  function moved(what: string, { note = '', answer }: Body): Partial<DraftView> {
    if (what === 'draft/review') return { state: 'in-review', sentBy: fixture.me.person, sentAt: at, note };
    return {
      state: answer === 'approved' ? 'approved' : 'draft',
      answeredBy: fixture.me.person,
      answeredAt: at,
      answer: note,
    };
  }

  function publish(drafts: Place[], startAt: string | undefined) {
    for (const { kind, id } of drafts) {
      const entry = entryOf(kind, id);
      if (!entry.draft) continue;
      entry.rev += 1;
      if (startAt)
        entry.draft = { ...entry.draft, state: 'scheduled', startAt, publication: 'p1', rev: entry.rev };
      else {
        if (entry.draft.retire) {
          entry.live = undefined;
          delete entry.draft;
          continue;
        }
        entry.version += 1;
        entry.live = entry.draft.document;
        entry.versions = [
          { version: entry.version, publishedAt: at, by: fixture.me.person },
          ...entry.versions,
        ];
        delete entry.draft;
      }
    }
    return publication(startAt ? 'scheduled' : 'live');
  }

  const scheduledIn = (id: string): string[] =>
    [...entries].flatMap(([name, { draft }]) => (draft?.publication === id ? [name] : []));

  function cancel(id: string) {
    for (const entry of entries.values())
      if (entry.draft?.publication === id) {
        const { publication: _, startAt: __, ...draft } = entry.draft;
        entry.rev += 1;
        entry.draft = { ...draft, state: 'approved', rev: entry.rev };
      }
    return publication('cancelled');
  }

  const managerOf = (kind: string, id: string): 'code' | 'designer' =>
    fixture.ofDesigner.has(`${kind}/${id}`) ? 'designer' : 'code';

  /** As many as came in go on, but for those who are in a step or left there. */
  function numbersOf(id: string): JourneyNumbersView {
    const journey = library.journeys.get(id);
    const exits = journey?.exits.map(({ reason }) => reason) ?? [];
    const stepNumbers = ([step, { kind }]: [string, Step], index: number): [string, JourneyStepNumbers] => {
      const entered = Math.max(0, 1144 - index * 83);
      const inside = kind === 'end' ? 0 : Math.min(entered, (index * 37) % 61);
      const left: Record<string, number> =
        kind === 'end'
          ? { [step]: entered }
          : index % 2 === 1
            ? { goal: Math.min(12, entered - inside - 3), [exits[0] ?? 'stopped']: 3 }
            : {};
      const gone = Object.values(left).reduce((sum, count) => sum + count, 0);
      return [step, { inside, entered, passed: entered - inside - gone, left }];
    };
    return {
      ...{ of: 1144, more: false, moreInside: false, since: '2026-01-05T09:00:00.000Z', untraced: 0 },
      inside: 214,
      steps: Object.fromEntries(Object.entries(journey?.steps ?? {}).map(stepNumbers)),
      ends: { goal: 320, abandoned: 610 },
    };
  }

  return fixture;
}

const publication = (status: string, names: readonly string[] = []) => ({
  ...{ id: 'p1', status, retired: [] },
  documents: names.map((name) => {
    const [kind = '', id = ''] = name.split('/');
    return { kind, id, version: 1 };
  }),
});

const insiders = [
  { id: 'ct-ana', enrolment: 'e-1', name: 'Ana Duarte', since: at, version: 3, step: 'remind' },
  { id: 'ct-1', enrolment: 'e-2', name: 'Jonas Weber', since: at, version: 2, step: 'remind' },
];

const states = ['running', 'running', 'paused', 'running', 'running', 'stopped'];
const stateOf = (id: string) => ({
  id,
  ...{ title: id, version: 3, state: states[id.length % states.length], settled: true, inside: 12, held: 0 },
  changes: [],
});

function headOf(document: unknown, id: string): { title: string; team: string } {
  if (typeof document !== 'object' || document === null) return { title: id, team: '' };
  const title: unknown = Reflect.get(document, 'title');
  const owner: unknown = Reflect.get(document, 'owner');
  const team: unknown = typeof owner === 'object' && owner !== null ? Reflect.get(owner, 'team') : '';
  return { title: typeof title === 'string' ? title : id, team: typeof team === 'string' ? team : '' };
}

/** What an earlier version said: the same with another title. */
const older = (document: unknown): unknown =>
  typeof document === 'object' && document !== null
    ? { ...document, title: 'As it was called before' }
    : document;

function layoutIn(body: object): LayoutView {
  return Object.fromEntries(Object.entries(body).filter(([, place]) => typeof place === 'object'));
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8') || '{}';
}

function send(response: ServerResponse, status: number, body: object): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
}
