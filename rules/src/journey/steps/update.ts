import { decideTable } from '../../decide/table.ts';
import type { FactReference, ParameterValue, TableOutput } from '../../documents/common.ts';
import type { Json } from '../../json.ts';
import { continueTo, dataQuality, type Moment } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { describeValue, isScalar, settle } from '../values.ts';

export const update: StepKindEntry<'update'> = {
  async enter({ attribute, value, stage, next }, moment) {
    const { step } = moment;
    if (stage !== undefined) return continueTo(next, [{ kind: 'stage', step, stage }]);
    if (attribute === undefined || value === undefined) return continueTo(next);
    const { settled, unknown } = await settledFrom(value, moment);
    const asked = dataQuality(step, unknown);
    if (!isScalar(settled)) return continueTo(next, asked);
    return continueTo(next, [{ kind: 'update', step, attribute, value: settled }, ...asked]);
  },
  exits: ({ next }) => [{ to: next, title: 'then', path: 'next', waits: false }],
  onTimeout: () => undefined,
  shape: ({ next }) => ({ kind: 'pass', next }),
  describe: ({ attribute = '', value = '', stage }) =>
    stage === undefined
      ? `Sets ${attribute.slice(2)} to ${describeSource(value)}.`
      : `Moves the contact into the stage "${stage}".`,
};

/** A table with many or contradicting answers says nothing, because nobody knows which one is meant. */
async function settledFrom(
  value: ParameterValue | TableOutput,
  { facts, tables, step }: Moment,
): Promise<{ settled: Json | undefined; unknown: FactReference[] }> {
  if (typeof value !== 'object' || 'fact' in value) {
    const settled = settle(value, facts);
    return { settled, unknown: isScalar(settled) || typeof value !== 'object' ? [] : [value] };
  }
  const table = tables.get(value.table);
  if (!table)
    throw new Error(
      `steps.${step}.value.table: there is no table "${value.table}"; create it or name another`,
    );
  const decision = await decideTable(table, facts);
  return {
    settled: decision.kind === 'row' ? decision.out[value.output] : undefined,
    unknown: 'unknown' in decision ? decision.unknown : [],
  };
}

function describeSource(value: ParameterValue | TableOutput): string {
  if (typeof value === 'object' && 'table' in value) return `the ${value.output} that "${value.table}" gives`;
  return describeValue(value);
}
