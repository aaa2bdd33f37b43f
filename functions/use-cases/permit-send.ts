import type { Effect } from '@baton/rules/journey/enrolment.ts';
import { inGlobalHoldout } from '@baton/rules/journey/holdout.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { type ChannelRules, rulesOf } from '@baton/rules/sending/channel-rules.ts';
import { quietUntil, zoneFor } from '@baton/rules/sending/quiet-hours.ts';
import type { Operation, Ports } from '../ports.ts';
import { packText } from '../repositories/packed-text.ts';
import { getRow, offersOf } from '../repositories/read.ts';
import {
  type CappedSlots,
  ConsentRow,
  consentKey,
  type EnrolmentRow,
  type HeadRow,
  type SendRow,
  sendKey,
  toItem,
} from '../repositories/rows.ts';
import { addOperation, addToOutbox, type ContactChange } from './contact-change.ts';
import { departureOf } from './departure.ts';
import { diceFor } from './dice.ts';
import { acrossCaps, cappedSlots, takeSlots } from './frequency-cap.ts';
import { reasonOfSuppression, suppressionKey } from './suppression.ts';
import { unsubscribeUrl } from './unsubscribe-link.ts';

type SendEffect = Extract<Effect, { kind: 'send' }>;
export type Permit =
  | { kind: 'permitted' }
  | { kind: 'skipped'; reason: string }
  | { kind: 'hold'; until: string };

/** The message that a step asks for. `sendId` names the visit of the step, so a repeated call cannot allow a second one. */
type Asked = { effect: SendEffect; sendId: string; facts: Record<string, JsonObject> };

/**
 * Allows one message, or holds it, or records why it is not sent. The permit joins the change that moves the enrolment, so
 * consent, suppression, cap and enrolment are conditions of one transaction: what was true when it was allowed is true when
 * it counts. What is held is asked for again, and everything is looked at anew.
 */
export async function permitSend(
  ports: Pick<Ports, 'store' | 'identity' | 'address' | 'documents'>,
  change: ContactChange,
  row: EnrolmentRow,
  asked: Asked,
): Promise<Permit> {
  const { store } = ports;
  const { effect, sendId } = asked;
  const { head, live } = change;
  const rules = rulesOf(live.channels, effect.channel);
  const template = live.templates.get(effect.template);
  const to = addressOf(head, effect.channel);
  if (!template) return skip(change, row, asked, 'template-missing');
  if (!to) return skip(change, row, asked, 'no-address');
  const refused =
    (heldOut(change, row, effect) && 'held-out') ||
    (await suppressed(ports, change, effect, to)) ||
    (effect.purpose === 'marketing' && head.overlay ? 'problem-open' : undefined) ||
    (await consentRefused(store, change, effect, rules));
  if (refused) return skip(change, row, asked, refused);

  const marketing = effect.purpose === 'marketing';
  const timeZone = zoneFor(rules, head.attributes['$.timeZone']?.value);
  const quiet = marketing ? quietUntil(rules.quietHours, timeZone, Date.parse(change.now)) : undefined;
  if (quiet === null) return skip(change, row, asked, 'quiet-hours');
  if (quiet !== undefined)
    return hold(change, row, asked, { until: new Date(quiet).toISOString(), timeZone });

  const link = {
    contactId: row.contactId,
    channel: effect.channel,
    purpose: effect.purpose,
    journey: row.journey,
  };
  const unsubscribe = marketing && rules.unsubscribe ? await unsubscribeUrl(ports, link) : undefined;
  if (marketing && rules.unsubscribe && !unsubscribe)
    return skip(change, row, asked, 'no-unsubscribe-address');

  const offer = await lastOffer(store, change, row);
  const { renderTemplate } = await templating();
  const values = {
    ...asked.facts,
    ...(offer ? { offer } : {}),
    ...(unsubscribe ? { unsubscribe } : {}),
    enrolment: { key: row.key },
  };
  const version = live.version('templates', template.id);
  const rendered = await renderTemplate(template, values, (language) =>
    ports.documents.html(template.id, version, language),
  );
  if (!rendered.ok) return skip(change, row, asked, `template: ${rendered.reason}`);

  const slots = marketing ? cappedSlots(live, effect.channel) : [];
  if (!(await takeCap(store, change, slots))) return skip(change, row, asked, 'frequency-cap');

  const body = packText(rendered.message.body);
  putSend(change, row, asked, { status: 'PERMITTED', to, unsubscribe, ...rendered.message, body });
  addToOutbox(change, { kind: 'DISPATCH', send: sendId, ...departureOf(live, effect, timeZone) });
  change.happened.push((metrics) => metrics.count('PermitGranted'));
  return { kind: 'permitted' };
}

/** Loaded by whoever sends first: it is a third of the code of a function, and most calls send nothing. */
const templating = () => import('./render-template.ts');

/** The attribute of a contact that a channel's address stands in. */
const addresses = { email: '$.email', sms: '$.phone', push: '$.pushToken' } as const;

/** All webhooks go to one receiver, which knows whom they are about by the contact's id. */
function addressOf(
  { contactId, attributes }: Pick<HeadRow, 'contactId' | 'attributes'>,
  channel: SendEffect['channel'],
): string | undefined {
  if (channel === 'webhook') return contactId;
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
  const consent = await getRow(store, consentKey(contactId, channel, purpose), ConsentRow);
  // Where no consent was needed there may be none; one that was withdrawn counts in any case.
  return purpose === 'marketing' && consent?.given === false ? 'consent-withdrawn' : undefined;
}

/** Who entered before there was a global holdout gets no marketing any more either. */
function heldOut({ head, live }: ContactChange, { journey }: EnrolmentRow, { purpose }: SendEffect): boolean {
  if (purpose !== 'marketing' || live.journeys.get(journey)?.globalHoldout === false) return false;
  return inGlobalHoldout(live.settings.values(), diceFor(head.contactId));
}

/**
 * A purpose that needs consent needs one that was given. Marketing that needs none still ends with a withdrawal; service
 * messages that need none are not asked for. What was found is a condition of the permit.
 */
async function consentRefused(
  store: Ports['store'],
  change: ContactChange,
  { channel, purpose }: SendEffect,
  { consent: { purposes } }: ChannelRules,
): Promise<string | undefined> {
  const needed = purposes.includes(purpose);
  if (!needed && purpose !== 'marketing') return undefined;
  const key = consentKey(change.head.contactId, channel, purpose);
  const consent = await getRow(store, key, ConsentRow);
  if (consent?.given === false) return 'consent-withdrawn';
  if (needed && !consent) return 'no-consent';
  const seen: Operation['if'] = consent ? { equals: { given: true } } : { absent: true };
  addOperation(change, { kind: 'check', table: 'core', key, if: seen });
  return undefined;
}

async function takeCap(store: Ports['store'], change: ContactChange, slots: CappedSlots): Promise<boolean> {
  const { now, live, head } = change;
  const keep = (row: string) => (slots.length > 1 && row === slots.at(-1)?.row ? acrossCaps(live) : []);
  const taken = await takeSlots(store, head.contactId, slots, { now, keep });
  for (const operation of taken ?? []) addOperation(change, operation);
  return taken !== undefined;
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

function skip(change: ContactChange, row: EnrolmentRow, asked: Asked, reason: string): Permit {
  putSend(change, row, asked, { status: 'SKIPPED', reason });
  const [code] = reason.split(':');
  change.happened.push((metrics) => metrics.count('PermitDenied', 1, code));
  return { kind: 'skipped', reason };
}

/** The message stands on the timeline while it is held; only marketing ever is. */
function hold(
  change: ContactChange,
  row: EnrolmentRow,
  asked: Asked,
  when: { until: string; timeZone: string },
): Permit {
  putSend(change, row, asked, { status: 'HELD', reason: 'quiet-hours', ...when });
  return { kind: 'hold', until: when.until };
}

type Outcome = Pick<SendRow, 'status'> &
  Partial<Pick<SendRow, 'reason' | 'until' | 'timeZone' | 'to' | 'subject' | 'body' | 'unsubscribe'>>;

function putSend(
  change: ContactChange,
  row: EnrolmentRow,
  { effect, sendId }: Asked,
  outcome: Outcome,
): void {
  const { step, template, channel, purpose } = effect;
  const key = sendKey(row.contactId, sendId);
  const sent: SendRow = {
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
  };
  addOperation(change, {
    kind: 'put',
    table: 'core',
    item: toItem(sent),
    // Of one visit there is one message: none yet, or the one that was held.
    if: row.result?.held && row.step === step ? { equals: { status: 'HELD' } } : { absent: true },
  });
}
