import { evaluate, type Facts, resolveReference, type Verdict } from '../conditions/evaluate.ts';
import { distinct } from '../conditions/path.ts';
import type { FactReference } from '../documents/common.ts';
import type { HandoverDocument } from '../documents/handover.ts';
import type { Json } from '../json.ts';

/**
 * `pack` is the information handed over, by fact and path without "$", for example "contact.interest".
 * `missing` is the to-do list of the giving side: labels of required facts, then ids of milestones.
 */
export type HandoverDecision =
  | {
      kind: 'ready';
      handover: string;
      to: { stage: string; team: string; person?: string };
      pack: Record<string, Json>;
      because: Verdict;
    }
  | { kind: 'blocked'; handover: string; missing: string[]; unknown: FactReference[]; because: Verdict }
  | { kind: 'stay'; unknown: FactReference[] };

/**
 * Decides whether a contact may leave its stage. The handover of highest priority whose entry holds decides alone: if
 * it still misses something the contact waits, so a later, weaker one cannot slip it through. Throws `BrokenCondition`.
 */
export async function decideHandover(
  handovers: readonly HandoverDocument[],
  contact: { stage: string; milestones: readonly string[] },
  facts: Facts,
): Promise<HandoverDecision> {
  const unknown: FactReference[] = [];
  for (const handover of handovers.toSorted(byPrecedence)) {
    if (handover.from.stage !== contact.stage) continue;

    const because = await evaluate(handover.entry, facts);
    if (because.outcome === 'true') return decideEntered(handover, contact.milestones, facts, because);
    unknown.push(...because.unknown);
  }
  return { kind: 'stay', unknown: distinct(unknown) };
}

function byPrecedence(a: HandoverDocument, b: HandoverDocument): number {
  return b.priority - a.priority || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

async function decideEntered(
  handover: HandoverDocument,
  reached: readonly string[],
  facts: Facts,
  because: Verdict,
): Promise<HandoverDecision> {
  const missing: string[] = [];
  const unknown: FactReference[] = [];
  for (const { label, when } of handover.requiredFacts) {
    const verdict = await evaluate(when, facts);
    if (verdict.outcome !== 'true') missing.push(label);
    unknown.push(...verdict.unknown);
  }
  missing.push(...handover.milestones.filter((milestone) => !reached.includes(milestone)));

  return missing.length > 0
    ? { kind: 'blocked', handover: handover.id, missing, unknown: distinct(unknown), because }
    : {
        kind: 'ready',
        handover: handover.id,
        to: receiver(handover, facts),
        pack: packOf(handover, facts),
        because,
      };
}

function receiver({ to }: HandoverDocument, facts: Facts): { stage: string; team: string; person?: string } {
  const person = to.person && resolveReference(to.person, facts);
  return { stage: to.stage, team: to.team, ...(typeof person === 'string' ? { person } : {}) };
}

function packOf({ carry }: HandoverDocument, facts: Facts): Record<string, Json> {
  const pack: Record<string, Json> = {};
  for (const reference of carry) {
    const value = resolveReference(reference, facts);
    if (value !== undefined) pack[`${reference.fact}.${reference.path.slice(2)}`] = value;
  }
  return pack;
}
