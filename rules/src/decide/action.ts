import type * as z from 'zod';
import { type Facts, resolveReference } from '../conditions/evaluate.ts';
import type { RuleAction } from '../documents/best-practice.ts';
import type { FactReference, ParameterValue, Scalar } from '../documents/common.ts';

type Settled<T> = T extends FactReference ? never : T extends object ? { [K in keyof T]: Settled<T[K]> } : T;

/** A rule's action with every reference replaced by the value it named. */
export type DecidedAction = Settled<RuleAction>;

/**
 * Reads the values an action refers to; done for rules that fire only, so that an absent value cannot disturb others.
 * `missing` lists references that name no single value: acting with a part of the parameters would be a wrong act.
 */
export function decideAction(
  action: RuleAction,
  facts: Facts,
): { action: DecidedAction } | { missing: FactReference[] } {
  const missing: FactReference[] = [];
  const read = (value: ParameterValue): z.infer<typeof Scalar> => {
    if (typeof value !== 'object') return value;
    const found = resolveReference(value, facts);
    if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found;
    missing.push(value);
    return '';
  };
  const decided = readAction(action, read);
  return missing.length > 0 ? { missing } : { action: decided };
}

function readAction(
  action: RuleAction,
  read: (value: ParameterValue) => z.infer<typeof Scalar>,
): DecidedAction {
  switch (action.type) {
    case 'journey.enrol': {
      const { key, ...params } = action.params;
      return { type: action.type, params: key === undefined ? params : { ...params, key: read(key) } };
    }
    case 'task.create': {
      const { key, ...params } = action.params;
      return { type: action.type, params: key === undefined ? params : { ...params, key: read(key) } };
    }
    case 'case.open':
      return { type: action.type, params: { ...action.params, key: read(action.params.key) } };
    case 'stage.enter': {
      const { person, ...params } = action.params;
      return {
        type: action.type,
        params: person === undefined ? params : { ...params, person: read(person) },
      };
    }
    case 'owner.assign':
      return { type: action.type, params: { ...action.params, person: read(action.params.person) } };
    case 'contact.update':
      return { type: action.type, params: { ...action.params, value: read(action.params.value) } };
  }
}
