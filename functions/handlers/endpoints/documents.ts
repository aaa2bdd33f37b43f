import type { Json } from '@baton/rules/json.ts';
import { publicationView } from '../../library/publication.ts';
import type { Manager, Ports } from '../../ports.ts';
import { documentsView } from '../../views/documents.ts';
import { type Endpoints, notFound, ok, type Reply, refusal, withBody } from './reply.ts';

/** Loaded by who publishes first: checking documents is a large part of the code, and most calls only ask or look. */
const publishing = () => import('../../use-cases/publish-documents.ts');

async function publish(ports: Ports, body: Json | undefined, by: Manager): Promise<Reply> {
  const { Publish, publishDocuments } = await publishing();
  return withBody(Publish, body, async (request) => {
    const published = await publishDocuments(ports, request, by);
    await ports.store.durable();
    if (published.ok) return { status: 202, body: published.publication };
    return {
      status: published.conflict ? 409 : 400,
      body: refusal('nothing was published', published.problems),
    };
  });
}

/** What is live, and what is to be. */
export const documents: Endpoints = {
  'get-documents': async (ports) => ok(await documentsView(ports)),
  'post-publication': (ports, { body }) => publish(ports, body, 'designer'),
  'post-publication-by-code': (ports, { body }) => publish(ports, body, 'code'),
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
