import * as z from 'zod';

const nameShape = /^[A-Za-z][\w.]{0,60}$/;
const codeShape = /^[A-Z][A-Z0-9_]{1,60}$/;
const deepestCause = 3;

/**
 * What a log may say about an error: its name, its code and its place in our code, and the same of its cause. Messages
 * stay out of it, because they quote what they complain about: an address, a name, a whole event.
 */
export function errorCode(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return `thrown ${typeof error}`;
  const parts = [nameOf(error), codeOf(error), placeOf(error)].filter((part) => part !== undefined);
  const cause = error.cause instanceof Error && depth < deepestCause ? errorCode(error.cause, depth + 1) : '';
  return cause ? `${parts.join(' ')} < ${cause}` : parts.join(' ');
}

/** The name by which machines match an error; one that does not look like a name is not passed on. */
export const nameOf = ({ name }: Error): string => (nameShape.test(name) ? name : 'Error');

function codeOf(error: Error): string | undefined {
  if (error instanceof z.ZodError) return issueOf(error);
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && codeShape.test(code) ? code : undefined;
}

/** The first field of a path is the schema's own; deeper ones may be keys that came with the data. */
function issueOf({ issues: [issue] }: z.ZodError): string | undefined {
  if (!issue) return undefined;
  const own = issue.path.slice(0, issue.path.findIndex((part) => typeof part === 'string') + 1);
  return own.length > 0 ? `${issue.code} at ${own.map(String).join('.')}` : issue.code;
}

const frameShape = /[/\\]([\w.-]{1,80}\.m?[jt]s:\d+:\d+)\)?$/;

/** File, line and column of the first frame that is ours. The message is cut off first: it could look like a frame. */
function placeOf({ stack = '', message }: Error): string | undefined {
  const begin = stack.indexOf(message);
  if (begin < 0) return undefined;
  const frames = stack.slice(begin + message.length).split('\n');
  const own = frames.find((frame) => frameShape.test(frame) && !/node_modules|node:/.test(frame));
  const place = own && frameShape.exec(own)?.[1];
  return place && `at ${place}`;
}
