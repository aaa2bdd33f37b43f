import { type Operation, type Ports, type SendAnswer, Transient } from '@baton/functions/ports.ts';
import { sendsOf } from '@baton/functions/repositories/read.ts';
import { referenceKey, type SendRow, sendKey } from '@baton/functions/repositories/rows.ts';
import { dispatch } from '@baton/functions/use-cases/dispatch.ts';
import { suppressionKey } from '@baton/functions/use-cases/suppression.ts';
import { sweep } from '@baton/functions/use-cases/sweep.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import { openDeafHost } from '../support/deaf-host.ts';
import { consent, permittedMessage } from '../support/permitted-message.ts';

const start = '2026-03-02T09:00:00.000Z';
const { contactId, outbox } = permittedMessage(start);
/** A permitted message whose outbox row stands, on a host whose provider does not recognise a send id. */
async function permitted(send: () => Promise<SendAnswer>, purpose: SendRow['purpose'] = 'marketing') {
  const { operations } = permittedMessage(start, { purpose });
  const host = await openDeafHost(start, { send });
  const { store, ports } = host;
  const provider = { send: ports.channels.sms.send };
  ports.channels = { email: provider, sms: provider, webhook: provider, push: provider };
  await store.transact(operations);
  return {
    ...host,
    act: () => dispatch(ports, outbox),
    message: async () => (await sendsOf(store, contactId))[0],
    waiting: async () => (await store.get('core', outbox)) !== undefined,
  };
}

const notAccepted = { kind: 'not-accepted', reason: 'too many messages at once' } as const;

describe('a message that the provider surely did not take', () => {
  test('waits as before, says so, and is sent by the next look', async () => {
    const answers: SendAnswer[] = [notAccepted, notAccepted, { kind: 'sent' }];
    const { act, message, waiting, ports, did } = await permitted(async () => answers.shift() ?? notAccepted);

    await expect(act()).rejects.toThrow('message s-1 was not accepted: too many messages at once');
    await expect(act()).rejects.toThrow(Transient);
    expect(await message()).toMatchObject({ status: 'PERMITTED', g1pk: 'MSG#PERMITTED' });
    expect(await waiting()).toBe(true);

    expect(await sweep(ports, addDuration(start, 'PT5M'))).toMatchObject({ dispatched: 1, failed: 0 });
    expect(await message()).toMatchObject({ status: 'SENT', g1pk: 'MSG#SENT' });
    expect(await waiting()).toBe(false);
    expect(did).toHaveLength(3);
  });

  test.each<[string, (ports: Ports) => Operation, string]>([
    ['the consent was withdrawn', () => consent(contactId, start, false), 'consent-withdrawn'],
    [
      'the address was suppressed',
      ({ identity }) => ({
        kind: 'put',
        table: 'guard',
        item: { ...suppressionKey(identity, 'sms', '+4917012345'), why: 'complaint' },
      }),
      'suppressed-complaint',
    ],
  ])('is not sent where %s while it waited', async (_what, operation, reason) => {
    const { act, message, waiting, ports, store, did } = await permitted(async () => notAccepted);
    await expect(act()).rejects.toThrow(Transient);
    await store.transact([operation(ports)]);

    await act();

    expect(await message()).toMatchObject({ status: 'SKIPPED', g1pk: 'MSG#SKIPPED', reason });
    expect(await waiting()).toBe(false);
    expect(did).toHaveLength(1);
  });

  test('is not lost where somebody took it for unknown meanwhile', async () => {
    let answering = true;
    const { act, message, waiting, ports } = await permitted(async () => {
      if (!answering) return { kind: 'sent' };
      answering = false;
      await dispatch(ports, outbox);
      return notAccepted;
    });

    await expect(act()).rejects.toThrow(Transient);
    expect(await message()).toMatchObject({ status: 'PERMITTED', g1pk: 'MSG#PERMITTED' });
    expect(await waiting()).toBe(true);

    await act();
    expect(await message()).toMatchObject({ status: 'SENT' });
  });
});

describe('a message whose outcome is lost', () => {
  test('is unknown at the next look, and the provider is not asked again', async () => {
    const { act, message, waiting, did } = await permitted(async () => {
      throw new Transient('no answer');
    });

    await expect(act()).rejects.toThrow('no answer');
    expect(await message()).toMatchObject({ status: 'ATTEMPT' });
    await act();

    expect(await message()).toMatchObject({ status: 'UNKNOWN', g1pk: 'MSG#UNKNOWN' });
    expect(await waiting()).toBe(false);
    expect(did).toEqual([]);
  });

  test('is settled by an answer that comes after all', async () => {
    const { act, message, ports } = await permitted(async () => {
      await dispatch(ports, outbox);
      return { kind: 'sent' };
    });

    await act();

    expect(await message()).toMatchObject({ status: 'SENT', g1pk: 'MSG#SENT' });
  });
});

describe('a service message whose outcome is lost', () => {
  const lost = async (): Promise<SendAnswer> => {
    throw new Transient('no answer');
  };
  const minutes = (count: number) => addDuration(start, `PT${count}M`);

  test('waits for a report, is made once more, and is unknown after that', async () => {
    const { act, message, waiting, ports, clock } = await permitted(lost, 'service');

    await expect(act()).rejects.toThrow('no answer');
    await act();
    expect(await message()).toMatchObject({ status: 'ATTEMPT', attempts: 1, attemptedAt: start });
    expect(await waiting()).toBe(true);

    clock.moveTo(Date.parse(minutes(15)));
    expect(await sweep(ports, minutes(10))).toMatchObject({ dispatched: 0, failed: 1 });
    expect(await message()).toMatchObject({ status: 'ATTEMPT', attempts: 2, repeatedAt: minutes(15) });

    expect(await sweep(ports, minutes(10))).toMatchObject({ dispatched: 1, failed: 0 });
    expect(await message()).toMatchObject({ status: 'UNKNOWN', g1pk: 'MSG#UNKNOWN', attempts: 2 });
    expect(await waiting()).toBe(false);
  });

  test('stays in doubt where it was made once more and the first says at last that it was not taken', async () => {
    let calls = 0;
    const { act, message, clock } = await permitted(async () => {
      if (++calls > 1) return lost();
      clock.moveTo(Date.parse(minutes(15)));
      await expect(act()).rejects.toThrow('no answer');
      return notAccepted;
    }, 'service');

    await expect(act()).rejects.toThrow('settled by somebody else');
    expect(await message()).toMatchObject({ status: 'ATTEMPT', attempts: 2 });
    await act();

    expect(await message()).toMatchObject({ status: 'UNKNOWN' });
    expect(calls).toBe(2);
  });

  test('stays in doubt where it was made once more and the second is refused: the first may have been taken', async () => {
    let calls = 0;
    const { act, message, waiting, clock } = await permitted(
      async () => (++calls > 1 ? { kind: 'refused', reason: 'mailbox unknown' } : lost()),
      'service',
    );

    await expect(act()).rejects.toThrow('no answer');
    clock.moveTo(Date.parse(minutes(15)));
    await act();

    expect(await message()).toMatchObject({
      status: 'UNKNOWN',
      g1pk: 'MSG#UNKNOWN',
      reason: 'mailbox unknown',
    });
    expect(await waiting()).toBe(false);
  });

  test('stays in doubt also where the provider recognises it, had no time for it, and refuses it then', async () => {
    const answers = [
      lost,
      async () => notAccepted,
      async () => ({ kind: 'refused', reason: 'full' }) as const,
    ];
    const { act, message, ports } = await permitted(async () => (answers.shift() ?? lost)(), 'service');
    Object.assign(ports.channels.email, { recognisesSendId: true });

    await expect(act()).rejects.toThrow('no answer');
    await expect(act()).rejects.toThrow('not accepted');
    await act();

    expect(await message()).toMatchObject({ status: 'UNKNOWN', reason: 'full' });
  });

  test('is not made once more where a report came', async () => {
    const { act, message, waiting, ports, store, clock, did } = await permitted(lost, 'service');
    await expect(act()).rejects.toThrow('no answer');
    await store.transact([
      { kind: 'update', table: 'core', key: sendKey(contactId, 's-1'), set: { status: 'SENT' } },
    ]);

    clock.moveTo(Date.parse(minutes(15)));
    await sweep(ports, minutes(10));

    expect(await message()).toMatchObject({ status: 'SENT', attempts: 1 });
    expect(await waiting()).toBe(false);
    expect(did).toEqual([]);
  });
});

test('a message in other hands keeps its outbox row', async () => {
  const { act, waiting, store, ports } = await permitted(async () => ({ kind: 'sent' }));
  const transact = store.transact;
  const racing = {
    ...store,
    transact: async (operations: Parameters<typeof transact>[0]) => {
      await transact([
        { kind: 'update', table: 'core', key: sendKey(contactId, 's-1'), set: { status: 'ATTEMPT' } },
      ]);
      return transact(operations);
    },
  };
  ports.store = racing;

  await expect(act()).rejects.toThrow(Transient);

  expect(await waiting()).toBe(true);
});

test("the provider's own name for a message leads back to it for a fortnight", async () => {
  const { act, store } = await permitted(async () => ({ kind: 'sent', reference: 'm-1' }));

  await act();

  expect(await store.get('guard', referenceKey('sms', 'm-1'))).toMatchObject({
    contactId,
    sendId: 's-1',
    ttl: Date.parse(addDuration(start, 'P14D')) / 1000,
  });
});
