import { errorCode } from '@baton/functions/error-code.ts';
import { Rejected, Transient } from '@baton/functions/ports.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';

const place = /at error-code\.test\.ts:\d+:\d+/;

/** What an act throws. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('an error is told by its name and its place in our code', () => {
  const code = errorCode(new Rejected('no contact ana@example.com'));

  expect(code).toMatch(/^Rejected at error-code\.test\.ts:\d+:\d+$/);
});

test('an error of the system is told with its code, and so is what caused another', () => {
  const refused = Object.assign(new Error('connect to ana@example.com'), { code: 'ECONNREFUSED' });

  const code = errorCode(new Transient('cannot reach ana@example.com', { cause: refused }));

  expect(code).toMatch(/^Transient at \S+ < Error ECONNREFUSED at \S+$/);
});

test('a misfit is told by its kind and the field of the schema, not by keys that came with the data', () => {
  const Row = z.strictObject({ data: z.record(z.string(), z.number()) });
  const misfit = thrownBy(() => Row.parse({ data: { 'ana@example.com': 'x' } }));
  const unknown = thrownBy(() => Row.parse({ data: {}, 'ana@example.com': 1 }));

  expect(errorCode(misfit)).toMatch(/^ZodError invalid_type at data/);
  expect(errorCode(unknown)).toMatch(/^ZodError unrecognized_keys/);
  expect(errorCode(misfit) + errorCode(unknown)).not.toContain('ana');
});

describe('whatever an error says, none of it gets through', () => {
  const said = 'ana\n    at ana (/srv/ana-silva.ts:1:1)';
  class Named extends Error {
    override name = 'ana@example.com';
  }

  test.each([
    ['a message that looks like a frame', new Error(said)],
    ['a message that looks like a frame, of a named error', new Rejected(said)],
    ['text that is no JSON', thrownBy(() => JSON.parse('ana-silva'))],
    ['a name that is none', new Named('ana')],
    ['a code that is none', Object.assign(new Error('x'), { code: 'ana@example.com' })],
    ['a text', 'ana'],
    ['an object', { ana: 1 }],
    ['a cause', new Error('x', { cause: new Error(said) })],
    ['no stack', Object.assign(new Error('ana'), { stack: undefined })],
    ['a stack of another', Object.assign(new Error('x'), { stack: said })],
  ])('%s', (_, error) => {
    const code = errorCode(error);

    expect(code).not.toContain('ana');
    expect(code).not.toContain('silva');
    expect(code).not.toBe('');
  });
});

test('a cause that goes round in a circle is told to its third', () => {
  const error = new Error('x');
  error.cause = error;

  expect(errorCode(error).split(' < ')).toHaveLength(4);
  expect(errorCode(error)).toMatch(place);
});
