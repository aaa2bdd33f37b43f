import { Refusal } from '../cli/failure.ts';

/** Where a host is. `region`: it runs on AWS and wants its requests signed. */
export type Address = { url: URL; region?: string };

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);
const deployed = /^[a-z0-9-]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

/** Reads the address of a host; one that would show documents or credentials to others on the way is refused. */
export function readAddress(text: string): Address {
  if (!URL.canParse(text))
    throw refused(
      text,
      'is no address',
      'give one such as http://127.0.0.1:4400, or the ApiUrl of the stack',
    );
  const url = new URL(text);
  if (url.username || url.password || url.search || url.hash)
    throw refused(url.host, 'is followed or led by more than a path', 'leave out user, password, ? and #');
  const here = loopback.has(url.hostname);
  if (url.protocol === 'http:' && !here)
    throw refused(
      url.origin,
      'is another machine, and plain http can be read and changed on the way',
      'use https',
    );
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(url.protocol, 'is no way to a host', 'use https, or http on this machine');
  if (here) return { url };
  const region = deployed.exec(url.hostname)?.[1];
  if (region === undefined)
    throw refused(
      url.host,
      'is no API that AWS credentials can be used with',
      'give the ApiUrl of the stack, https://….execute-api.<region>.amazonaws.com',
    );
  return { url, region };
}

const refused = (what: string, reason: string, remedy: string): Refusal =>
  new Refusal(`--to: ${what} ${reason}; ${remedy}`);
