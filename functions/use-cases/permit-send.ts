import type { Effect } from '@baton/rules/journey/enrolment.ts';
import { inGlobalHoldout } from '@baton/rules/journey/holdout.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Ports } from '../ports.ts';
import { packText } from '../repositories/packed-text.ts';
import { getRow, offersOf } from '../repositories/read.ts';
import {
  CapRow,
  ConsentRow,
  capKey,
  consentKey,
  type EnrolmentRow,
  type SendRow,
  sendKey,
} from '../repositories/rows.ts';
import { addOperation, addToOutbox, type ContactChange, putRow } from './contact-change.ts';
import { diceFor } from './dice.ts';
import { reasonOfSuppression, suppressionKey } from './suppression.ts';

type SendEffect = Extract<Effect, { kind: 'send' }>;
export type Permit =
  | { kind: 'permitted' }
  | { kind: 'skipped'; reason: string }
  | { kind: 'hold'; until: string };

/** At most this many marketing messages per channel in any rolling window of this length. */
const frequencyCap = { messages: 3, windowMs: 7 * 86_400_000 } as const;

/**
 * Allows one message, or records why it is not sent. The permit joins the change that moves the enrolment, so consent,
 * suppression, cap and enrolment are conditions of one transaction: what was true when it was allowed is true when it
 * counts. The send id names this visit of the step, so a repeated call cannot allow a second message.
 */
export async function permitSend(
  { store, identity, documents }: Ports,
  change: ContactChange,
  row: EnrolmentRow,
  { effect, sendId, facts }: { effect: SendEffect; sendId: string; facts: Record<string, JsonObject> },
): Promise<Permit> {
  const { head, live } = change;
  const template = live.templates.get(effect.template);
  const to = addressOf(head.attributes, effect.channel);
  const refused =
    (!template && 'template-missing') ||
    (!to && 'no-address') ||
    (heldOut(change, row, effect) && 'held-out') ||
    (await suppressed({ store, identity }, change, effect, to ?? '')) ||
    (await marketingRefused(store, change, effect));
  if (refused || !template || !to) return skip(change, row, effect, sendId, refused || 'no-address');

  const offer = await lastOffer(store, change, row);
  const { renderTemplate } = await templating();
  const values = { ...facts, ...(offer ? { offer } : {}), enrolment: { key: row.key } };
  const version = live.version('templates', template.id);
  const rendered = await renderTemplate(template, values, (language) =>
    documents.html(template.id, version, language),
  );
  if (!rendered.ok) return skip(change, row, effect, sendId, `template: ${rendered.reason}`);

  putSend(change, row, effect, sendId, {
    status: 'PERMITTED',
    to,
    ...rendered.message,
    body: packText(rendered.message.body),
  });
  addToOutbox(change, { kind: 'DISPATCH', send: sendId });
  change.happened.push((metrics) => metrics.count('PermitGranted'));
  return { kind: 'permitted' };
}

/** Loaded by whoever sends first: it is a third of the code of a function, and most calls send nothing. */
const templating = () => import('./render-template.ts');

/** The attribute of a contact that a channel's address stands in. */
const addresses = { email: '$.email', sms: '$.phone', webhook: '$.webhook', push: '$.pushToken' } as const;

function addressOf(
  attributes: Record<string, { value: unknown }>,
  channel: SendEffect['channel'],
): string | undefined {
  const value = attributes[addresses[channel]]?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

async function suppressed(
  { store, identity }: Pick<Ports, 'store' | 'identity'>,
  change: ContactChange,
  { channel }: SendEffect,
  to: string,
): Promise<string | undefined> {
  const key = suppressionKey(identity, channel, to);
  const row = await store.get('guard', key);
  if (row) return reasonOfSuppression(row);
  addOperation(change, { kind: 'check', table: 'guard', key, if: { absent: true } });
  return undefined;
}

/** Why a message that was allowed and had to wait is not allowed any more. */
export async function withdrawnSince(
  { store, identity }: Pick<Ports, 'store' | 'identity'>,
  { contactId, channel, purpose, to = '' }: SendRow,
): Promise<string | undefined> {
  const suppression = await store.get('guard', suppressionKey(identity, channel, to));
  if (suppression) return reasonOfSuppression(suppression);
  if (purpose !== 'marketing') return undefined;
  const consent = await getRow(store, consentKey(contactId, channel, purpose), ConsentRow);
  return consent?.given ? undefined : 'consent-withdrawn';
}

/** Who entered before there was a global holdout gets no marketing any more either. */
function heldOut({ head, live }: ContactChange, { journey }: EnrolmentRow, { purpose }: SendEffect): boolean {
  if (purpose !== 'marketing' || live.journeys.get(journey)?.globalHoldout === false) return false;
  return inGlobalHoldout(live.settings.values(), diceFor(head.contactId));
}

/** Marketing needs consent for the channel, no open problem, and room under the frequency cap. */
async function marketingRefused(
  store: Ports['store'],
  change: ContactChange,
  { channel, purpose }: SendEffect,
): Promise<string | undefined> {
  if (purpose !== 'marketing') return undefined;
  const { contactId, overlay } = change.head;
  if (overlay) return 'problem-open';

  const key = consentKey(contactId, channel, purpose);
  const consent = await getRow(store, key, ConsentRow);
  if (!consent?.given) return consent ? 'consent-withdrawn' : 'no-consent';
  addOperation(change, { kind: 'check', table: 'core', key, if: { equals: { given: true } } });
  return takeCap(store, change, channel);
}

async function takeCap(
  store: Ports['store'],
  change: ContactChange,
  channel: string,
): Promise<string | undefined> {
  const key = capKey(change.head.contactId, channel);
  const present = await getRow(store, key, CapRow);
  const since = Date.parse(change.now) - frequencyCap.windowMs;
  const sentAt = (present?.sentAt ?? []).filter((at) => Date.parse(at) > since);
  if (sentAt.length >= frequencyCap.messages) return 'frequency-cap';
  addOperation(change, {
    kind: 'put',
    table: 'core',
    item: { ...key, rev: (present?.rev ?? 0) + 1, sentAt: [...sentAt, change.now] },
    if: present ? { equals: { rev: present.rev } } : { absent: true },
  });
  return undefined;
}

/** The offer that this enrolment presented last, so that a message can name it. */
async function lastOffer(
  store: Ports['store'],
  change: ContactChange,
  row: EnrolmentRow,
): Promise<JsonObject | undefined> {
  if (Object.keys(change.head.offers).length === 0) return undefined;
  const own = (await offersOf(store, change.head.contactId)).filter(
    ({ enrolmentId }) => enrolmentId === row.id,
  );
  return own.sort((a, b) => a.presentedAt.localeCompare(b.presentedAt)).at(-1)?.offer;
}

function skip(
  change: ContactChange,
  row: EnrolmentRow,
  effect: SendEffect,
  sendId: string,
  reason: string,
): Permit {
  putSend(change, row, effect, sendId, { status: 'SKIPPED', reason });
  const [code] = reason.split(':');
  change.happened.push((metrics) => metrics.count('PermitDenied', 1, code));
  return { kind: 'skipped', reason };
}

function putSend(
  change: ContactChange,
  row: EnrolmentRow,
  { step, template, channel, purpose }: SendEffect,
  sendId: string,
  outcome: Pick<SendRow, 'status'> & Partial<Pick<SendRow, 'reason' | 'to' | 'subject' | 'body'>>,
): void {
  const key = sendKey(row.contactId, sendId);
  putRow(
    change,
    {
      ...key,
      tl: `${change.now}#${key.sk}`,
      g1pk: `MSG#${outcome.status}`,
      g1sk: `${change.now}#${sendId}`,
      sendId,
      contactId: row.contactId,
      enrolmentId: row.id,
      journey: row.journey,
      step,
      template,
      channel,
      purpose,
      at: change.now,
      ...outcome,
    },
    true,
  );
}
