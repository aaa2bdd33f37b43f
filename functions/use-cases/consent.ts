import { rulesOf } from '@baton/rules/sending/channel-rules.ts';
import type { LiveLibrary, Operation, Store } from '../ports.ts';
import { getRow } from '../repositories/read.ts';
import { ConsentRow, consentKey, type EventRow, pick } from '../repositories/rows.ts';

/** A statement about consent as an event makes it; `undefined` for other events. */
type Statement = Pick<EventRow, 'type' | 'at' | 'eventId' | 'source' | 'data'> &
  Partial<Pick<EventRow, 'receivedAt'>>;

/**
 * The write that a statement comes to. The one that occurred last counts, whatever the order of arrival; of two at one
 * moment the withdrawal. The write holds only on what was read, so that no earlier statement replaces a later one.
 */
export async function consentOperation(
  store: Store,
  contactId: string,
  statement: Statement,
  live?: Pick<LiveLibrary, 'channels'>,
): Promise<Operation | undefined> {
  const { type, eventId, source, data } = statement;
  const at = saidAt(statement);
  const given = type === 'consent.given';
  const channel = pick(data, 'channel');
  const purpose = pick(data, 'purpose');
  if ((!given && type !== 'consent.withdrawn') || !channel || !purpose) return undefined;
  const key = consentKey(contactId, channel, purpose);
  const present = await getRow(store, key, ConsentRow);
  if (!outweighs({ at, eventId, given }, present)) return undefined;
  const text = pick(data, 'text');
  const wording = pick(data, 'wording') ?? (text ? wordingOf(live, channel, text) : undefined);
  const proof = { source, method: pick(data, 'method'), where: pick(data, 'source'), text, wording };
  const known = Object.entries(proof).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    kind: 'put',
    table: 'core',
    item: { ...key, channel, purpose, given, at, eventId, ...Object.fromEntries(known) },
    if: present
      ? { equals: { at: present.at, eventId: present.eventId, given: present.given } }
      : { absent: true },
  };
}

/**
 * Nobody says anything after it has been heard: a producer whose clock is ahead would otherwise have its "yes" outlive a "no"
 * that came later.
 */
const saidAt = ({ at, receivedAt = at }: Pick<Statement, 'at' | 'receivedAt'>): string =>
  at < receivedAt ? at : receivedAt;

type Counting = Pick<ConsentRow, 'at' | 'eventId' | 'given'>;

/** Whether a statement counts and not the present one: the later, of two at one moment the withdrawal. */
export function outweighs(candidate: Counting, present: Counting | undefined): boolean {
  if (!present) return true;
  if (candidate.at !== present.at) return candidate.at > present.at;
  if (candidate.given !== present.given) return present.given;
  return candidate.eventId > present.eventId;
}

/** The words that stood under a text's name when it was agreed to, as far as the channel's document knows them. */
function wordingOf(
  live: Pick<LiveLibrary, 'channels'> | undefined,
  channel: string,
  text: string,
): string | undefined {
  const consent = live && rulesOf(live.channels, channel).consent;
  return consent?.text === text ? consent.wording : undefined;
}
