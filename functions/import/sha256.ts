/**
 * SHA-256 (FIPS 180-4) of a text as UTF-8, in hexadecimal: at once, where `node:crypto` is not there and `crypto.subtle`
 * answers later. A property holds it to Node's.
 */
export function sha256(text: string): string {
  const state = Uint32Array.from(initial);
  const bytes = padded(encoder.encode(text));
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 64) mix(state, view, at);
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('');
}

const encoder = new TextEncoder();

/** A one bit, zeros, and the length in bits as the last eight of a multiple of 64 bytes. */
function padded(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(bytes.length - 4, message.length * 8);
  return bytes;
}

const words = new Uint32Array(64);

function mix(state: Uint32Array, message: DataView, from: number): void {
  for (let t = 0; t < 16; t++) words[t] = message.getUint32(from + t * 4);
  for (let t = 16; t < 64; t++) {
    const [early, late] = [at(words, t - 15), at(words, t - 2)];
    const s0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const s1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[t] = at(words, t - 16) + s0 + at(words, t - 7) + s1;
  }
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let f = at(state, 5);
  let g = at(state, 6);
  let h = at(state, 7);
  for (let t = 0; t < 64; t++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + at(constants, t) + at(words, t)) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state.set([
    ...[at(state, 0) + a, at(state, 1) + b, at(state, 2) + c, at(state, 3) + d],
    ...[at(state, 4) + e, at(state, 5) + f, at(state, 6) + g, at(state, 7) + h],
  ]);
}

const at = (list: Uint32Array, index: number): number => list[index] ?? 0;
const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The first 32 bits of the fractional parts of the roots of the first primes: square roots, and cube roots. */
const primes = [...Array(312).keys()].filter(
  (n) => n > 1 && ![...Array(n).keys()].some((d) => d > 1 && n % d === 0),
);
const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) >>> 0;
const initial = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const constants = Uint32Array.from(primes.slice(0, 64), (prime) => fraction(Math.cbrt(prime)));
