import type { observed } from '@baton/functions/adapters/aws/observed.ts';

type Context = Parameters<ReturnType<typeof observed>>[1];

/** Every line that is printed while something is done, on both ways out, and what came of it. */
export async function printedWhile<T>(act: () => Promise<T>): Promise<{ result: T; lines: string[] }> {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  let text = '';
  for (const stream of streams)
    stream.write = (chunk) => {
      text += String(chunk);
      return true;
    };
  try {
    const result = await act();
    return { result, lines: text.split('\n').filter((line) => line !== '') };
  } finally {
    for (const [index, stream] of streams.entries()) {
      const write = writes[index];
      if (write) stream.write = write;
    }
  }
}

/** What Lambda passes beside the event; it has so much time left. */
export const lambdaContext = (remainingMs = 30_000): Context => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'baton-record-event',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:baton-record-event',
  memoryLimitInMB: '256',
  awsRequestId: 'request-1',
  logGroupName: 'group',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => remainingMs,
  done: () => {},
  fail: () => {},
  succeed: () => {},
});
