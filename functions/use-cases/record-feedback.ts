import { type Key, type Operation, type Ports, Transient } from '../ports.ts';
import { getRow, presentId } from '../repositories/read.ts';
import { contactKey, contactOf, digest, referenceKey, SendRow, sendKey } from '../repositories/rows.ts';
import { recordEvent } from './record-event.ts';
import { suppressionKey } from './suppression.ts';

export type FeedbackPorts = Pick<Ports, 'store' | 'identity' | 'clock' | 'log' | 'metrics'>;

type Outcome =
  | { kind: 'sent' | 'delivered' | 'complained' }
  | { kind: 'bounced'; bounce: 'permanent' | 'passing'; reason: string }
  | { kind: 'rejected'; reason: string };

/** What a provider reports about a message, by the ids that went with it or by its own name for it. Reasons name no address. */
export type Feedback = {
  about: { contactId: string; sendId: string } | { channel: SendRow['channel']; reference: string };
  at: string;
  sentAt: string;
  outcome: Outcome;
};

const tries = 5;

/**
 * Notes on a message what became of it, and settles one whose outcome was in doubt. A permanent bounce or a complaint
 * suppresses the address; a complaint withdraws the consent as well. Reports may come late, twice and in any order: the
 * row ends the same. `unknown`: the report is about no message of ours.
 */
export async function recordFeedback(
  ports: FeedbackPorts,
  feedback: Feedback,
): Promise<{ kind: 'recorded' | 'unknown' }> {
  const key = await messageKey(ports, feedback.about);
  for (let attempt = 0; attempt < tries; attempt++) {
    const row = key && (await getRow(ports.store, key, SendRow));
    if (!row || row.status === 'SKIPPED') {
      ports.log.info('feedback about no message of ours', { count: 1 });
      return { kind: 'unknown' };
    }
    if (feedback.outcome.kind === 'complained') await withdrawConsent(ports, row, feedback.at);
    if (await note(ports, row, feedback)) return { kind: 'recorded' };
  }
  throw new Transient('a message kept changing while feedback about it was noted');
}

async function messageKey({ store }: FeedbackPorts, about: Feedback['about']): Promise<Key | undefined> {
  if ('sendId' in about) return presentKey(store, sendKey(about.contactId, about.sendId));
  const named = await store.get('guard', referenceKey(about.channel, about.reference));
  return named && presentKey(store, sendKey(String(named.contactId), String(named.sendId)));
}

/** A message goes with its contact where that becomes part of another one. */
async function presentKey(store: Ports['store'], { pk, sk }: Key): Promise<Key> {
  if (await store.get('core', { pk, sk })) return { pk, sk };
  return { pk: contactKey(await presentId(store, contactOf(pk))), sk };
}

/** As an event of the contact, so that the statement which occurred last counts and the history tells of it. */
async function withdrawConsent(ports: FeedbackPorts, { contactId, sendId, channel }: SendRow, time: string) {
  await recordEvent(ports, {
    specversion: '1.0',
    id: digest('complaint', sendId),
    source: 'baton.feedback',
    type: 'consent.withdrawn',
    time,
    subject: `contact:${contactId}`,
    data: { channel, purpose: 'marketing', source: 'complaint' },
  });
}

/** `false`: the row changed since it was read. */
async function note(ports: FeedbackPorts, row: SendRow, feedback: Feedback): Promise<boolean> {
  const set = { ...settledBy(row, feedback), ...reportedBy(row, feedback) };
  const suppression = await suppress(ports, row, feedback);
  if (Object.keys(set).length === 0 && suppression.length === 0) return true;
  const { ok } = await ports.store.transact([
    {
      kind: 'update',
      table: 'core',
      key: { pk: row.pk, sk: row.sk },
      set,
      remove: feedback.outcome.kind === 'rejected' ? ['sentAt'] : [],
      if: { equals: asRead(row) },
    },
    ...suppression,
  ]);
  return ok;
}

function asRead(row: SendRow) {
  const { status, deliveredAt = null, complainedAt = null, bouncedAt = null, bounce = null } = row;
  return { status, deliveredAt, complainedAt, bouncedAt, bounce };
}

const inDoubt: readonly SendRow['status'][] = ['PERMITTED', 'ATTEMPT', 'UNKNOWN'];

/** A provider may turn a message down after it has taken it; that is its last word. */
function settledBy({ status }: SendRow, { outcome, sentAt }: Feedback): Record<string, string> {
  if (outcome.kind === 'rejected') return { status: 'FAILED', g1pk: 'MSG#FAILED', reason: outcome.reason };
  return inDoubt.includes(status) ? { status: 'SENT', g1pk: 'MSG#SENT', sentAt } : {};
}

function reportedBy(row: SendRow, { outcome, at }: Feedback): Record<string, string> {
  switch (outcome.kind) {
    case 'delivered':
      return { deliveredAt: earlier(row.deliveredAt, at) };
    case 'complained':
      return { complainedAt: earlier(row.complainedAt, at) };
    case 'bounced':
      return isWeightier({ ...outcome, at }, row)
        ? { bouncedAt: at, bounce: outcome.bounce, bounceReason: outcome.reason }
        : {};
    default:
      return {};
  }
}

const earlier = (noted: string | undefined, at: string): string =>
  noted !== undefined && noted < at ? noted : at;

function isWeightier(
  { bounce, at }: { bounce: 'permanent' | 'passing'; at: string },
  noted: Pick<SendRow, 'bounce' | 'bouncedAt'>,
): boolean {
  if (noted.bounce === undefined || noted.bouncedAt === undefined) return true;
  return bounce === noted.bounce ? at < noted.bouncedAt : bounce === 'permanent';
}

/** By HMAC: the address stands on the message only, and goes with it. */
async function suppress(
  { store, identity }: FeedbackPorts,
  { channel, to }: SendRow,
  { outcome, at }: Feedback,
): Promise<Operation[]> {
  const why = outcome.kind === 'complained' ? 'complaint' : 'bounce';
  const isFinal =
    outcome.kind === 'complained' || (outcome.kind === 'bounced' && outcome.bounce === 'permanent');
  if (!isFinal || to === undefined) return [];
  const key = suppressionKey(identity, channel, to);
  if (await store.get('guard', key)) return [];
  return [{ kind: 'put', table: 'guard', item: { ...key, channel, why, at }, if: { absent: true } }];
}
