import type { Json } from '@baton/rules/json.ts';
import type * as z from 'zod';
import type { Place } from '../../library/drafts.ts';
import { keepLayout, Layout } from '../../library/layout.ts';
import { Kind, publicationView } from '../../library/publication.ts';
import type { Ports } from '../../ports.ts';
import type { Edited } from '../../use-cases/edit-documents.ts';
import type { Publishing } from '../../use-cases/publish-documents.ts';
import { auditView } from '../../views/audit.ts';
import { documentsView, documentView, draftView, versionView } from '../../views/documents.ts';
import type { Caller } from '../caller.ts';
import { type Endpoints, invalid, notFound, ok, type Reply, refusal, withBody } from './reply.ts';

/** Loaded by who changes something first: checking documents is a large part of the code, and most calls only look. */
const publishing = () => import('../../use-cases/publish-documents.ts');
const editing = () => import('../../use-cases/edit-documents.ts');
const previewing = () => import('../../use-cases/preview-template.ts');

type Call = Parameters<Endpoints[string]>[1];

const personOf = (caller: Caller): string => (caller.kind === 'known' ? caller.person : '');

/** Runs with the document that the path names. */
async function at(path: Call['path'], act: (place: Place) => Promise<Reply>): Promise<Reply> {
  const kind = Kind.safeParse(path.kind);
  if (!kind.success)
    return notFound(
      'kind',
      `there are no documents of the kind "${path.kind}"`,
      'take the kind from GET /api/documents',
    );
  return act({ kind: kind.data, id: path.documentId ?? '' });
}

const missing = ({ kind, id }: Place): Reply =>
  notFound('documentId', `there is no document ${kind}/${id}`, 'take the id from GET /api/documents');

/** One change of a draft; whoever was overtaken gets what is there instead. */
async function edit<T>(
  ports: Ports,
  { path, body, caller }: Call,
  schema: z.ZodType<T>,
  act: (edit: { place: Place; by: string }, request: T) => Promise<Edited>,
): Promise<Reply> {
  return at(path, (place) =>
    withBody(schema, body, async (request) => {
      const edited = await act({ place, by: personOf(caller) }, request);
      await ports.store.durable();
      const live = await documentView(ports, place);
      const view = draftView(edited.draft, live?.live?.document) ?? null;
      if (edited.ok) return ok(view ?? { rev: edited.draft.rev });
      const [first] = edited.problems;
      const refused = refusal(first?.reason ?? 'nothing was changed', edited.problems);
      return { status: edited.status, body: edited.draft ? { ...refused, draft: view } : refused };
    }),
  );
}

async function published(ports: Ports, publication: Promise<Publishing>): Promise<Reply> {
  const made = await publication;
  await ports.store.durable();
  if (made.ok) return { status: 202, body: made.publication };
  return { status: made.conflict ? 409 : 400, body: refusal('nothing was published', made.problems) };
}

async function publishByCode(ports: Ports, body: Json | undefined): Promise<Reply> {
  const { Publish, publishDocuments } = await publishing();
  return withBody(Publish, body, (request) =>
    published(ports, publishDocuments(ports, request, { manager: 'code' })),
  );
}

/** What is live, what is worked on, and what is to be. */
export const documents: Endpoints = {
  'get-documents': async (ports) => ok(await documentsView(ports)),
  'get-document': (ports, { path }) =>
    at(path, async (place) => {
      const view = await documentView(ports, place);
      return view ? ok(view) : missing(place);
    }),
  'get-version': (ports, { path }) =>
    at(path, async (place) => {
      const view = await versionView(ports, place, Number(path.version));
      return view
        ? ok(view)
        : notFound(
            'version',
            `${place.kind}/${place.id} has no version ${path.version}`,
            'take the number from the document',
          );
    }),
  'post-draft': async (ports, call) => {
    const { SaveDraft, saveDraft } = await editing();
    return edit(ports, call, SaveDraft, (...change) => saveDraft(ports, ...change));
  },
  'post-draft-removal': async (ports, call) => {
    const { RemoveDraft, removeDraft } = await editing();
    return edit(ports, call, RemoveDraft, (...change) => removeDraft(ports, ...change));
  },
  'post-review': async (ports, call) => {
    const { SendForReview, sendForReview } = await editing();
    return edit(ports, call, SendForReview, (...change) => sendForReview(ports, ...change));
  },
  'post-review-answer': async (ports, call) => {
    const { AnswerReview, answerReview } = await editing();
    return edit(ports, call, AnswerReview, (...change) => answerReview(ports, ...change));
  },
  'post-rollback': async (ports, { path, body, caller }) => {
    const { RollBack, rollBack } = await publishing();
    return at(path, (place) =>
      withBody(RollBack, body, (request) =>
        published(ports, rollBack(ports, place, request, personOf(caller))),
      ),
    );
  },
  'post-layout': (ports, { path, body }) =>
    at(path, async (place) =>
      place.kind === 'journeys'
        ? withBody(Layout, body, async (layout) => {
            await keepLayout(ports, place, layout);
            await ports.store.durable();
            return ok(layout);
          })
        : invalid('kind', 'only journeys are drawn', 'leave it out'),
    ),
  'post-template-preview': async (_ports, { body }) => {
    const { AskPreview, previewTemplate } = await previewing();
    return withBody(AskPreview, body, async (ask) => ok(await previewTemplate(ask)));
  },
  'get-audit': async (ports, { query }) => ok(await auditView(ports, query)),
  'post-publication': async (ports, { body, caller }) => {
    const { PublishDrafts, publishDrafts } = await publishing();
    return withBody(PublishDrafts, body, (request) =>
      published(ports, publishDrafts(ports, request, personOf(caller))),
    );
  },
  'post-cancellation': async (ports, { path, caller }) => {
    const { cancelPublication } = await publishing();
    return published(ports, cancelPublication(ports, path.publicationId ?? '', personOf(caller)));
  },
  'post-publication-by-code': (ports, { body }) => publishByCode(ports, body),
  'get-publication': async (ports, { path }) => {
    const view = await publicationView(ports, path.publicationId ?? '');
    return view
      ? ok(view)
      : notFound(
          'publicationId',
          `there is no publication "${path.publicationId}"`,
          'take the id from the answer to POST /api/publications',
        );
  },
};
