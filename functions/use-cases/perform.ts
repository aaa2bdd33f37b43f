import type { TraceLine } from '@baton/rules/conditions/evaluate.ts';
import { priorityByTable } from '@baton/rules/decide/priority.ts';
import type { RuleAction } from '@baton/rules/documents/best-practice.ts';
import { enrolmentKey as keyOfEnrolment, singleKey } from '@baton/rules/journey/matches.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import type { Ports } from '../ports.ts';
import { type DecisionRow, digest, type EventRow } from '../repositories/rows.ts';
import { openCase } from './cases.ts';
import { type ContactChange, factsOf, setAttribute } from './contact-change.ts';
import { enterStage } from './cycle.ts';
import { enrol } from './enrol.ts';
import { openTask, raiseDataQuality } from './tasks.ts';

/**
 * Carries out the action of a rule that fired, inside the change that decided it. References are resolved already. Answers
 * what came of it where the action is to enrol.
 */
export async function perform(
  { store }: Ports,
  change: ContactChange,
  { rule, action, trace }: { rule: string; action: RuleAction; trace: TraceLine[] },
  row: EventRow,
  event: JsonObject,
): Promise<DecisionRow['journeys'][number] | undefined> {
  const origin = `best-practice/${rule}`;
  switch (action.type) {
    case 'journey.enrol': {
      const journey = change.live.journeys.get(action.params.journey);
      if (!journey) return;
      const { key: named } = action.params;
      const key = named === undefined ? (keyOfEnrolment(journey, event) ?? singleKey) : String(named);
      const enrolled = await enrol(store, change, journey, {
        key,
        event: { ...event, eventId: row.eventId },
        trigger: row.sk,
        rule: { id: rule, because: trace },
      });
      return { id: journey.id, rule, ...enrolled };
    }
    case 'task.create': {
      const { key, due, queue, title, script } = action.params;
      await openTask(store, change, {
        id: `task-${digest(change.head.contactId, rule, key === undefined ? row.sk : String(key))}`,
        kind: 'task',
        queue,
        title,
        script,
        dueAt: addDuration(change.now, due),
        origin,
      });
      return;
    }
    case 'case.open': {
      const { key, priority: said, ...opened } = action.params;
      const { priority, unknown } = await priorityOf(change, said, { ...factsOf(change), event });
      await raiseDataQuality(store, change, unknown, origin);
      await openCase(store, change, { ...opened, priority, key: String(key), rule });
      return;
    }
    case 'stage.enter': {
      const { stage, person } = action.params;
      const document = change.live.stages.get(stage);
      if (!document || change.head.stage === stage) return;
      const owner =
        person === undefined ? document.owner : { team: document.owner.team, person: String(person) };
      await enterStage(store, change, { stage, owner, by: `rule ${rule}` });
      return;
    }
    case 'owner.assign': {
      const { person, ...told } = action.params;
      const { assignOwner } = await assigning();
      await assignOwner(store, change, { rule, person: String(person), ...told }, { event, cause: row.sk });
      return;
    }
    case 'contact.update': {
      const { attribute, value } = action.params;
      if (typeof value === 'object') return;
      setAttribute(change, attribute, { value, at: row.at, eventId: `${row.eventId}#${rule}` });
      return;
    }
  }
}

/** Loaded by the first owner who goes. */
const assigning = () => import('./assign-owner.ts');

/** A table that was retired meanwhile judges nothing: the case is a normal one. */
async function priorityOf(
  { live }: ContactChange,
  said: Extract<RuleAction, { type: 'case.open' }>['params']['priority'],
  facts: Record<string, JsonObject>,
): ReturnType<typeof priorityByTable> {
  if (typeof said === 'string') return { priority: said, unknown: [] };
  const table = live.tables.get(said.table);
  return table ? priorityByTable(table, facts) : { priority: 'normal', unknown: [] };
}
