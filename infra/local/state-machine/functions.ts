import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '@baton/functions/ports.ts';
import jsonata from 'jsonata';

/** A source of chance: given, everything that is drawn can be drawn again; absent, it is the system's. */
export type Chance = { random(): number; uuid(): string };

export function createChance(random: (() => number) | undefined): Chance {
  if (!random) return { random: Math.random, uuid: randomUUID };
  return { random, uuid: () => uuidFrom(random) };
}

function uuidFrom(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16));
  digits[12] = 4;
  digits[16] = 8 + ((digits[16] ?? 0) % 4);
  const hex = digits.map((digit) => digit.toString(16)).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const instantText = jsonata('$fromMillis($at, $picture, $zone)');

/**
 * Gives an expression what Step Functions gives it: its six functions, no `$eval`, and time from the host's clock
 * instead of the system's.
 */
export function equip(expression: jsonata.Expression, clock: Clock, chance: Chance): void {
  expression.assign('eval', undefined);
  expression.registerFunction('partition', partition, '<an:a>');
  expression.registerFunction('range', range, '<nnn:x>');
  expression.registerFunction('hash', hash, '<ss:s>');
  expression.registerFunction(
    'random',
    (seed?: number) => (seed === undefined ? chance.random() : seeded(seed)),
    '<n?:n>',
  );
  expression.registerFunction('uuid', () => chance.uuid(), '<:s>');
  expression.registerFunction('parse', (text: string) => JSON.parse(text), '<s:x>');
  expression.registerFunction('millis', () => clock.now().getTime(), '<:n>');
  expression.registerFunction(
    'now',
    (picture?: string, zone?: string) =>
      instantText.evaluate(undefined, { at: clock.now().getTime(), picture, zone }),
    '<s?s?:s>',
  );
}

function partition(items: unknown[], size: number): unknown[][] {
  if (!Number.isInteger(size) || size < 1)
    throw new Error(`$partition needs a whole size from 1, not ${size}`);
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** As recorded from Step Functions, a range of one number is that number, not an array. */
function range(first: number, last: number, step: number): number[] | number | undefined {
  if (step === 0) throw new Error('$range needs a step other than 0');
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  if (count > 1_000_000) throw new Error(`$range of ${count} numbers is too long`);
  const numbers = Array.from({ length: count }, (_, index) => first + index * step);
  return numbers.length > 1 ? numbers : numbers[0];
}

const algorithms: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function hash(text: string, algorithm: string): string {
  const known = algorithms[algorithm];
  if (!known) throw new Error(`$hash knows ${Object.keys(algorithms).join(', ')}, not ${algorithm}`);
  return createHash(known).update(text).digest('hex');
}

/** mulberry32: the same seed gives the same number; which number AWS would give is not published. */
function seeded(seed: number): number {
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
}
