import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoStore } from '@baton/functions/adapters/aws/store.ts';
import type { Store, TableName } from '@baton/functions/ports.ts';
import { enrolmentsOf, getHead, offersOf } from '@baton/functions/repositories/read.ts';
import { answerOffer } from '@baton/functions/use-cases/answers.ts';
import { readAddress } from '@baton/infra/local/push/address.ts';
import { shellCredentials, signedHeaders } from '@baton/infra/local/push/sign.ts';
import { systemClock } from '@baton/infra/local/virtual-clock.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';

/*
 * The reference case against a real deployment, on request only, because it needs an account and leaves a made-up
 * contact behind:
 *
 *   BATON_AWS_TEST=1 BATON_STAGE=dev BATON_API=https://….execute-api.eu-central-1.amazonaws.com \
 *     npx vitest run tests/e2e/aws-account.test.ts
 *
 * It signs events as a producer does, reads the tables with the credentials of whoever runs it, and answers at the desk.
 */
const { BATON_AWS_TEST: wanted, BATON_STAGE: stage = 'dev', BATON_API: api = '' } = process.env;
const patience = 60_000;

describe.skipIf(wanted !== '1')('a deployment in a real account', () => {
  test('takes an enquiry, shows the offer, and keeps the customer', { timeout: 6 * patience }, async () => {
    const { url, region } = readAddress(api);
    if (!region) throw new Error('BATON_API is no deployed API');
    const store = await tablesOf(stage, region);
    const credentials = await shellCredentials()();
    const subject = `test:${randomUUID()}`;
    const tell = async (type: string, data: JsonObject) => {
      const body = JSON.stringify({
        specversion: '1.0',
        id: randomUUID(),
        source: 'tests',
        type,
        subject,
        data,
      });
      const to = new URL('/api/events', url);
      const outgoing = {
        method: 'POST' as const,
        url: to,
        headers: { 'content-type': 'application/json' },
        body,
      };
      const headers = await signedHeaders(outgoing, { region, credentials, at: new Date() });
      const answer = await fetch(to, { method: 'POST', headers, body });
      expect([answer.status, await answer.text()]).toEqual([202, expect.any(String)]);
    };
    const contactId = await (async () => {
      await tell('contact.updated', { productsOwned: ['credit-card'], valueTier: 'b' });
      return until(() => contactNamed(store, subject));
    })();
    const seen = async () => Object.keys((await getHead(store, contactId))?.seen ?? {});
    for (const [type, data] of [
      ['order.placed', { orderId: 'o-1' }],
      ['order.delivered', { orderId: 'o-1' }],
      ['review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 }],
    ] as const) {
      await tell(type, data);
      await until(async () => (await seen()).includes(type) || undefined);
    }

    const asked = performance.now();
    await tell('interaction.enquiry', { enquiryId: 'q-1', topic: 'interest-rate', channel: 'phone' });
    const offer = await until(async () =>
      (await offersOf(store, contactId)).find(({ status }) => status === 'presented'),
    );
    console.info(`the offer stands ${Math.round(performance.now() - asked)} ms after the enquiry was posted`);

    const desk = { store, clock: systemClock };
    expect(await answerOffer(desk, { contactId, offerId: offer.id, answer: 'accepted' })).toEqual({
      ok: true,
    });
    const enrolment = await until(async () =>
      (await enrolmentsOf(store, contactId)).find(
        ({ journey, status }) => journey === 'rate-enquiry-retention' && status === 'completed',
      ),
    );
    expect(enrolment.reason).toBe('goal');
  });
});

/** Asks again every second until there is an answer. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let waited = 0; waited < patience; waited += 1000) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(1000);
  }
  throw new Error('nothing happened for a minute; look at the alarms and the logs of the stack');
}

async function contactNamed(store: Store, subject: string): Promise<string | undefined> {
  const { items } = await store.query({
    table: 'core',
    index: 'g1',
    pk: 'STG#none',
    reverse: true,
    limit: 50,
  });
  const found = items.find(({ identifiers }) => Array.isArray(identifiers) && identifiers.includes(subject));
  return typeof found?.contactId === 'string' ? found.contactId : undefined;
}

/** The tables of a stage by the names that CloudFormation gave them. */
async function tablesOf(stage: string, region: string): Promise<Store> {
  const client = new DynamoDBClient({ region });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const named = (title: string): string => {
    const found = TableNames.find((name) => name.startsWith(`Baton-${stage}-Data-Tables${title}`));
    if (!found) throw new Error(`there is no table ${title} of stage ${stage} in ${region}; deploy it first`);
    return found;
  };
  const tables: Record<TableName, string> = {
    core: named('Core'),
    design: named('Design'),
    guard: named('Guard'),
  };
  return createDynamoStore({ client, tables });
}
