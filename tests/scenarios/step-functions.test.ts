import { publicationView } from '@baton/functions/library/publication.ts';
import { livePointers } from '@baton/functions/library/versions.ts';
import { RunRow } from '@baton/functions/use-cases/campaign-step.ts';
import { publishDocuments } from '@baton/functions/use-cases/publish-documents.ts';
import { startRun } from '@baton/functions/use-cases/start-run.ts';
import { type StoredRow, storedRows } from '@baton/infra/local/replay/state-hash.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { shippedLibrary } from '../support/shipped-library.ts';
import { arns } from '../support/step-functions.ts';
import { onStepFunctions, prefix } from '../support/step-functions-host.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const subject = 'email:marta@example.com';

/** What begins with journeys that are not published yet. */
const bare = (library: Library): Library => ({ ...library, journeys: new Map(), campaigns: new Map() });

async function onThisMachine() {
  const host = await openVirtualHost(start, bare(await shippedLibrary()));
  return { host, ports: host.ports, settle: () => host.settle(), passUntil: host.passUntil };
}

type Running = Pick<Awaited<ReturnType<typeof onStepFunctions>>, 'host' | 'ports' | 'settle' | 'passUntil'>;

/** A library is published, a customer's first order is late and ends well, and a campaign finds her. */
async function story({ host, ports, settle, passUntil }: Running) {
  const { journeys, campaigns } = await shippedLibrary();
  const documents = [
    ...[...journeys.values()].map((document) => ({ kind: 'journeys' as const, document: toJson(document) })),
    ...[...campaigns.values()].map((document) => ({
      kind: 'campaigns' as const,
      document: toJson(document),
    })),
  ];
  const published = await publishDocuments(ports, { documents, retire: [] }, { manager: 'code' });
  if (!published.ok) throw new Error(JSON.stringify(published.problems));
  await settle();
  const publication = await publicationView(ports, published.publication.id);

  const happens = async (type: string, data: JsonObject) => {
    await host.happens(subject, type, data);
    await settle();
  };
  await happens('contact.updated', { name: 'Marta', email: 'marta@example.com', valueTier: 'b' });
  await happens('consent.given', { channel: 'email', purpose: 'marketing', source: 'order form' });
  await happens('order.placed', { orderId: 'o-1', promisedAt: '2026-03-06T09:00:00.000Z' });
  await passUntil('2026-03-08T09:00:00.000Z');
  await happens('order.delivered', { orderId: 'o-1' });
  await passUntil('2026-03-12T09:00:00.000Z');
  await happens('review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
  await happens('handover.accepted', { handover: 'first-order-to-account-owner', person: 'Hanna Lind' });
  await happens('cart.updated', { cartId: 'k-1', items: 2, total: 40 });
  await passUntil('2026-03-13T09:00:00.000Z');
  await happens('cart.checked-out', { cartId: 'k-1', orderId: 'o-2' });
  await startRun(ports, 'spring-check-in');
  await startRun(ports, 'spring-check-in');
  await settle();
  await passUntil('2026-05-30T09:00:00.000Z');
  const { items } = await ports.store.query({ table: 'design', index: 'g1', pk: 'RUN#done' });
  return {
    publication: publication?.status,
    runs: items.map((item) => RunRow.parse(item)).map(({ campaign, at }) => ({ campaign, at })),
    sent: host.sent.map(({ sendId, to, subject: about, at }) => ({ sendId, to, about, at })),
    rows: [...storedRows(host.database)].filter(({ table }) => table !== 'design').map(comparable),
  };
}

const toJson = (value: unknown) => z.json().parse(JSON.parse(JSON.stringify(value)));

/** Tokens are drawn, and machines are called otherwise on either host. */
function comparable({ table, pk, sk, body }: StoredRow) {
  const { token, machine, ...rest } = z.record(z.string(), z.json()).parse(body);
  return { ...rest, table, pk, sk };
}

test('a story takes the same course on Step Functions as on the local host', async () => {
  const there = await onStepFunctions(start, bare(await shippedLibrary()));
  const here = await onThisMachine();

  const onAws = await story(there);
  const local = await story(here);

  expect(onAws.publication).toBe('live');
  expect(onAws.runs).toEqual([{ campaign: 'spring-check-in', at: expect.stringMatching(/^2026-03-13/) }]);
  expect(onAws.sent.length).toBeGreaterThan(3);
  expect(onAws).toEqual(local);

  const { aws, ports } = there;
  const journeys = (await livePointers(ports)).filter(({ kind }) => kind === 'journeys');
  expect(journeys.map(({ machine }) => machine)).toEqual(
    journeys.map(({ id }) => `${arns}${prefix}-j-${id}:1`),
  );
  const outcomes = (machine: string) =>
    aws.executions(machine).map((name) => aws.describe(machine, name)?.status);
  expect(outcomes(`${prefix}-publisher`)).toEqual(['SUCCEEDED']);
  expect(outcomes(`${prefix}-campaign`)).toEqual(['SUCCEEDED']);
  expect(outcomes(`${prefix}-contact-cycle`)).toEqual(['SUCCEEDED', 'RUNNING']);
  expect(outcomes(`${prefix}-j-first-order-care`)).toEqual(['SUCCEEDED']);
  expect(outcomes(`${prefix}-j-cart-abandonment`)).toEqual(['SUCCEEDED']);
  expect(outcomes(`${prefix}-j-value-review`)).toEqual(['SUCCEEDED']);
});
