import { createLogger, logOn } from '@baton/functions/adapters/aws/log.ts';
import { createEmbeddedMetrics, metricsOn } from '@baton/functions/adapters/aws/metrics.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import type { Handler } from '@baton/functions/handlers/task.ts';
import { catalogue, permitReasons } from '@baton/functions/metrics.ts';
import { type Log, type Metrics, Rejected, Transient } from '@baton/functions/ports.ts';
import { createLocalMetrics } from '@baton/infra/local/metrics.ts';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { lambdaContext, printedWhile } from '../support/printed-lines.ts';

/** A Lambda with its log and metrics, as the functions of a deployment are put together. */
function aLambda(act: (ports: { log: Log; metrics: Metrics }) => unknown) {
  const logger = createLogger('baton');
  const metrics = createEmbeddedMetrics('baton');
  const handler: Handler = async () => act({ log: logOn(logger), metrics: metricsOn(metrics) });
  return observed(handler, { logger, metrics });
}

/** The lines that one invocation prints, read as JSON, and what came of it. */
async function invoke(
  lambda: ReturnType<typeof aLambda>,
  { event = {}, remainingMs = 30_000 }: { event?: unknown; remainingMs?: number } = {},
) {
  const { result, lines } = await printedWhile(() =>
    lambda(event, lambdaContext(remainingMs)).catch((error: unknown) => error),
  );
  const read = lines.map((line): Record<string, unknown> => JSON.parse(line));
  return { result, logged: read.filter((line) => !line._aws), figures: read.filter((line) => line._aws) };
}

describe('a log line', () => {
  test('names function and request, and whether the function had just started', async () => {
    vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const lambda = aLambda(({ log }) => log.warn('event quarantined', { eventId: 'e-1', count: 2 }));

    const { logged: first } = await invoke(lambda);
    const { logged: second } = await invoke(lambda);

    const { timestamp, ...line } = first[0] ?? {};
    expect(first).toHaveLength(1);
    expect(timestamp).toMatch(/^\d{4}-.*Z$/);
    expect(line).toEqual({
      level: 'WARN',
      message: 'event quarantined',
      service: 'baton',
      cold_start: true,
      function_name: 'baton-record-event',
      function_request_id: 'request-1',
      eventId: 'e-1',
      count: 2,
    });
    expect(second).toEqual([expect.objectContaining({ cold_start: false })]);
  });

  test('holds listed fields only, ids that look like ids, and no long texts', async () => {
    const smuggled = { email: 'ana@example.com', data: { name: 'Ana' }, level: 'ERROR', _aws: 'x' };
    const fields = {
      ...smuggled,
      contactId: 'ana@example.com',
      sendId: 'e-1.mail.1',
      reason: 'x'.repeat(900),
    };
    const lambda = aLambda(({ log }) => log.info('done', fields));

    const { logged } = await invoke(lambda);

    expect(Object.keys(logged[0] ?? {}).sort()).toEqual(
      [
        ...['cold_start', 'contactId', 'function_name', 'function_request_id', 'level', 'message', 'reason'],
        ...['sendId', 'service', 'timestamp'],
      ].sort(),
    );
    expect(logged[0]).toMatchObject({ level: 'INFO', contactId: '(withheld)', sendId: 'e-1.mail.1' });
    expect(String(logged[0]?.reason)).toHaveLength(301);
  });

  test('holds nothing unlisted that is put on the logger itself', async () => {
    const logger = createLogger('baton');

    const { lines } = await printedWhile(async () => {
      logger.appendKeys({ email: 'ana@example.com' });
      logger.info('done', { event: { name: 'Ana' }, error: new Error('ana') });
    });

    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/ana/i);
  });
});

describe('figures', () => {
  test('of one invocation are one line, printed at its end; a second invocation starts anew', async () => {
    const lambda = aLambda(({ metrics }) => {
      metrics.count('EventsAccepted');
      metrics.count('EventsAccepted', 2);
      metrics.measure('OutboxAgeSeconds', 1.5);
    });

    await invoke(lambda);
    const { figures } = await invoke(lambda);

    expect(figures).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Baton',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'EventsAccepted', Unit: 'Count' },
                { Name: 'OutboxAgeSeconds', Unit: 'Seconds' },
              ],
            },
          ],
        },
        service: 'baton',
        EventsAccepted: [1, 2],
        OutboxAgeSeconds: 1.5,
      },
    ]);
  });

  test('of an invocation that fails are printed too', async () => {
    const { figures } = await invoke(
      aLambda(({ metrics }) => {
        metrics.count('ApplyConflict');
        throw new Transient('again');
      }),
    );

    expect(figures).toEqual([expect.objectContaining({ ApplyConflict: 1 })]);
  });

  test('nothing counted is nothing printed', async () => {
    expect(await invoke(aLambda(() => 'done'))).toEqual({ result: 'done', logged: [], figures: [] });
  });

  test('with a dimension are told apart by values of the list; any other text is "other"', async () => {
    const { figures } = await invoke(
      aLambda(({ metrics }) => {
        metrics.count('PermitDenied', 1, 'frequency-cap');
        metrics.count('PermitDenied', 1, 'no place for ana@example.com');
        metrics.count('SendSent', 1, 'ana@example.com');
      }),
    );

    expect(figures.map(({ reason, PermitDenied, SendSent }) => ({ reason, PermitDenied, SendSent }))).toEqual(
      [{ reason: 'frequency-cap', PermitDenied: 1 }, { reason: 'other', PermitDenied: 1 }, { SendSent: 1 }],
    );
    expect(JSON.stringify(figures)).not.toContain('ana');
  });

  test('every name is listed with what it counts', () => {
    for (const [name, { about }] of Object.entries(catalogue)) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(about).toMatch(/^[A-Z].*\.$/);
    }
    expect(new Set(permitReasons).size).toBe(permitReasons.length);
  });

  test('of the local host are sums since its start, and of what is measured number and maximum', () => {
    const { metrics, counts } = createLocalMetrics();
    expect(counts()).toEqual({});

    metrics.count('SendSent');
    metrics.count('SendSent', 2);
    metrics.count('PermitDenied', 1, 'no-consent');
    metrics.count('PermitDenied', 1, 'whatever');
    metrics.measure('OutboxAgeSeconds', 3);
    metrics.measure('OutboxAgeSeconds', 1);

    expect(counts()).toEqual({
      OutboxAgeSeconds: 2,
      'OutboxAgeSeconds.max': 3,
      'PermitDenied.no-consent': 1,
      'PermitDenied.other': 1,
      SendSent: 3,
    });
  });
});

describe('an invocation that fails', () => {
  test('keeps the name of its error, by which machines match it, and loses what it says', async () => {
    const event = { contactId: 'c-1', enrolments: [{ contactId: 'c-1', enrolmentId: 'e-1' }], step: 'mail' };
    const failing = aLambda(() => {
      throw new Rejected('no contact ana@example.com');
    });

    const { result, logged } = await invoke(failing, { event });

    expect(result).toBeInstanceOf(Error);
    expect(result).toMatchObject({
      name: 'Rejected',
      message: expect.stringMatching(/^Rejected at observed-/),
    });
    expect(result instanceof Error && result.stack).not.toContain('ana@');
    expect(logged).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'invocation failed',
        function_request_id: 'request-1',
        contactId: 'c-1',
        enrolmentId: 'e-1',
        stepId: 'mail',
        reason: expect.stringMatching(/^Rejected at observed-handlers\.test\.ts:\d+:\d+$/),
      }),
    ]);
  });

  test('tells of a call that is not one of a machine as little', async () => {
    const failing = aLambda(() => {
      throw 'ana@example.com';
    });

    const { result, logged } = await invoke(failing, { event: { contactId: { name: 'ana' }, step: 'ana' } });

    expect(result).toMatchObject({ name: 'Error', message: 'thrown string' });
    expect(JSON.stringify(logged)).not.toContain('ana');
  });
});

test('what is slow is not answered for before it ends, however little time is left', async () => {
  const ended = Promise.withResolvers<string>();
  const lambda = aLambda(() => ended.promise);

  const invoked = invoke(lambda, { remainingMs: 1 });
  // Timers of one length fire in their order: one that would answer early has done so by now.
  await new Promise((resolve) => setTimeout(resolve, 1));
  ended.resolve('done');

  expect((await invoked).result).toBe('done');
});
