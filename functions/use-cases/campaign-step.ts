import { pagesOf, pauseSeconds } from '@baton/rules/campaign/pace.ts';
import { evaluatorOf } from '@baton/rules/conditions/evaluator.ts';
import type { Campaign } from '@baton/rules/documents/index.ts';
import { singleKey } from '@baton/rules/journey/matches.ts';
import * as z from 'zod';
import { type Ports, Rejected, Transient } from '../ports.ts';
import { getRow, parseRow, presentHead } from '../repositories/read.ts';
import {
  contactKey,
  type DecisionRow,
  digest,
  EnrolmentRow,
  enrolmentKey,
  HeadRow,
  holdoutRow,
  toItem,
} from '../repositories/rows.ts';
import { beginChange, commitChange, factsOf, putRow } from './contact-change.ts';
import { diceFor } from './dice.ts';
import { enrol, enrolmentId } from './enrol.ts';

/** The machine of every campaign run: `infra/workflows/campaign.asl.json`. */
export const campaignMachine = 'campaign';

/** `at` names the run: the scheduled time, or the moment somebody started it. */
export const CampaignStep = z.strictObject({
  campaign: z.string(),
  at: z.string(),
  do: z.enum(['claim', 'freeze', 'enrol', 'finish']),
  page: z.int().positive().optional(),
  execution: z.string().optional(),
});
export type CampaignStep = z.infer<typeof CampaignStep>;

export type CampaignResult = { claimed: boolean; pages: number; pauseSeconds: number };

export const RunRow = z.object({
  pk: z.string(),
  sk: z.literal('RUN'),
  g1pk: z.string().optional(),
  g1sk: z.string().optional(),
  campaign: z.string(),
  at: z.string(),
  execution: z.string(),
  status: z.enum(['claimed', 'running', 'done']),
  startedAt: z.string(),
  pages: z.number(),
  audience: z.number(),
  enrolled: z.number(),
  heldOut: z.number(),
  refused: z.number(),
});
export type RunRow = z.infer<typeof RunRow>;

const PageRow = z.object({
  pk: z.string(),
  sk: z.string(),
  contacts: z.array(z.string()),
  heldOut: z.number(),
  done: z.boolean(),
});

const runKey = (campaign: string, at: string) => ({ pk: `RUN#${campaign}#${at}`, sk: 'RUN' });
const pageKey = (campaign: string, at: string, page: number) => ({
  pk: `RUN#${campaign}#${at}`,
  sk: `PAGE#${String(page).padStart(6, '0')}`,
});
const nothing: CampaignResult = { claimed: false, pages: 0, pauseSeconds: 0 };

/**
 * One step of a campaign run. A run is claimed once by its scheduled time; the audience is frozen in pages before
 * anybody is enrolled, so a contact who changes meanwhile is neither lost nor taken twice.
 */
export async function campaignStep(ports: Ports, call: CampaignStep): Promise<CampaignResult> {
  const campaign = (await ports.documents.live()).campaigns.get(call.campaign);
  if (!campaign) throw new Rejected(`no campaign ${call.campaign}`);
  switch (call.do) {
    case 'claim':
      return claimRun(ports, call);
    case 'freeze':
      return freezeAudience(ports, campaign, call);
    case 'enrol':
      return enrolPage(ports, campaign, call);
    case 'finish':
      await update(ports, call, { status: 'done', g1pk: 'RUN#done' });
      return nothing;
  }
}

async function claimRun(
  { store, clock }: Ports,
  { campaign, at, execution }: CampaignStep,
): Promise<CampaignResult> {
  const key = runKey(campaign, at);
  const startedAt = clock.now().toISOString();
  const row: RunRow = {
    ...key,
    sk: 'RUN',
    g1pk: 'RUN#running',
    g1sk: `${startedAt}#${campaign}`,
    campaign,
    at,
    execution: execution ?? '',
    status: 'claimed',
    startedAt,
    pages: 0,
    audience: 0,
    enrolled: 0,
    heldOut: 0,
    refused: 0,
  };
  const { ok } = await store.transact([{ kind: 'put', table: 'design', item: row, if: { absent: true } }]);
  if (ok) return { ...nothing, claimed: true };
  const present = await store.get('design', key);
  return { ...nothing, claimed: present?.execution === execution && present?.status === 'claimed' };
}

/** Decides the audience at one moment and writes it in pages; page by page, so that a repetition overwrites the same. */
async function freezeAudience(ports: Ports, campaign: Campaign, call: CampaignStep): Promise<CampaignResult> {
  const { store } = ports;
  const chosen: string[] = [];
  let heldOut = 0;
  for (const stage of campaign.audience.stages) {
    for await (const head of headsIn(ports, stage)) {
      if (!(await fits(ports, campaign, head))) continue;
      if (diceFor(head.contactId)(campaign.holdout.salt) < campaign.holdout.percent) {
        heldOut++;
        await rememberHeldOut(ports, campaign, call.at, head.contactId);
      } else chosen.push(head.contactId);
    }
  }
  const pages = pagesOf(chosen.length, campaign.pacing);
  for (let page = 1; page <= pages; page++) {
    const contacts = chosen.slice((page - 1) * campaign.pacing.batch, page * campaign.pacing.batch);
    const item = { ...pageKey(call.campaign, call.at, page), contacts, heldOut: 0, done: false };
    await store.transact([{ kind: 'put', table: 'design', item }]);
  }
  await update(ports, call, { status: 'running', pages, audience: chosen.length + heldOut, heldOut });
  return { claimed: true, pages, pauseSeconds: pauseSeconds(campaign.pacing) };
}

/** Who the campaign's own draw keeps out is counted once and sees in every run why; a repetition writes the same. */
async function rememberHeldOut(
  { store, clock }: Ports,
  { id, journey }: Campaign,
  at: string,
  contactId: string,
): Promise<void> {
  const now = clock.now().toISOString();
  const row = holdoutRow(contactId, { journey, by: 'campaign', campaign: id, since: now });
  await store.transact([{ kind: 'put', table: 'core', item: toItem(row), if: { absent: true } }]);
  const decision = decisionOn(contactId, { campaign: id, at, now }, [
    { id: journey, verdict: 'held-out', heldOut: 'campaign', campaign: id },
  ]);
  await store.transact([{ kind: 'put', table: 'core', item: toItem(decision) }]);
}

/** A run is no event of the contact, so what it decided about the contact is a decision of its own. */
function decisionOn(
  contactId: string,
  { campaign, at, now }: { campaign: string; at: string; now: string },
  journeys: DecisionRow['journeys'],
): DecisionRow {
  const id = digest('run', campaign, at);
  return {
    pk: contactKey(contactId),
    sk: `DEC#${id}`,
    tl: `${now}#DEC#${id}`,
    eventId: id,
    eventType: 'campaign.started',
    at: now,
    rules: [],
    journeys,
    unknown: [],
  };
}

async function* headsIn({ store }: Ports, stage: string): AsyncGenerator<HeadRow> {
  let cursor: string | undefined;
  do {
    const page = await store.query({ table: 'core', index: 'g1', pk: `STG#${stage}`, limit: 500, cursor });
    for (const item of page.items) yield parseRow(HeadRow, item);
    cursor = page.cursor;
  } while (cursor);
}

/**
 * Asked once per contact of a stage, of which nothing but yes or no is kept, so the compiled evaluator answers alone:
 * it agrees with json-rules-engine by a law of its own, and asking that engine too would cost more than all the rest.
 */
async function fits(ports: Ports, campaign: Campaign, head: HeadRow): Promise<boolean> {
  const live = await ports.documents.live();
  const facts = factsOf({ head, live, now: ports.clock.now().toISOString() });
  return evaluatorOf(campaign.audience.when).outcomeOf(facts) === 'true';
}

/** Enrols one page. Each enrolment is its own conditional transaction, so a repeated page enrols nobody twice. */
async function enrolPage(ports: Ports, campaign: Campaign, call: CampaignStep): Promise<CampaignResult> {
  const { store } = ports;
  const key = pageKey(call.campaign, call.at, call.page ?? 1);
  const item = await store.get('design', key);
  const page = item && PageRow.parse(item);
  if (!page) throw new Rejected(`no page ${call.page} of run ${call.campaign} ${call.at}`);
  if (page.done) return nothing;

  let enrolled = 0;
  for (const contactId of page.contacts) if (await enrolOne(ports, campaign, contactId, call.at)) enrolled++;
  const counted = await store.transact([
    { kind: 'update', table: 'design', key, set: { done: true }, if: { equals: { done: false } } },
    {
      kind: 'update',
      table: 'design',
      key: runKey(call.campaign, call.at),
      add: { enrolled, refused: page.contacts.length - enrolled },
    },
  ]);
  if (!counted.ok) return nothing;
  return { ...nothing, claimed: true };
}

const tries = 8;

async function enrolOne(ports: Ports, campaign: Campaign, contactId: string, at: string): Promise<boolean> {
  const live = await ports.documents.live();
  const journey = live.journeys.get(campaign.journey);
  if (!journey)
    throw new Rejected(`campaigns/${campaign.id} journey: there is no journey "${campaign.journey}"`);
  // Of a journey that tells enrolments apart each run has one of its own; else a contact is in it once, however it came there.
  const key = journey.key ? digest(campaign.id, at) : singleKey;
  const cause = `RUN#${campaign.id}#${at}`;
  for (let attempt = 0; attempt < tries; attempt++) {
    const head = await presentHead(ports.store, contactId);
    if (head?.into !== undefined) throw new Transient(`contact ${contactId} is being merged`);
    if (head?.status !== 'active') return false;
    const now = ports.clock.now().toISOString();
    const own = enrolmentKey(contactId, enrolmentId(contactId, journey.id, key, cause));
    if (await getRow(ports.store, own, EnrolmentRow)) return true; // by an earlier try of this page
    const change = beginChange(head, cause, now, live);
    const event = { type: 'campaign.started', at: now, campaign: campaign.id };
    const enrolled = await enrol(ports.store, change, journey, { key, event });
    const entry = { id: journey.id, campaign: campaign.id, ...enrolled };
    if (enrolled.verdict !== 'enrolled')
      putRow(change, decisionOn(contactId, { campaign: campaign.id, at, now }, [entry]));
    if (await commitChange(ports, change)) return enrolled.verdict === 'enrolled';
  }
  throw new Transient(`contact ${contactId} kept changing while it was enrolled`);
}

async function update({ store }: Ports, { campaign, at }: CampaignStep, set: Partial<RunRow>): Promise<void> {
  await store.transact([{ kind: 'update', table: 'design', key: runKey(campaign, at), set }]);
}
