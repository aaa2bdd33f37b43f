import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '@baton/rules/json.ts';
import type { Condition, Operation, Query } from '../../ports.ts';
import { keyAttributes } from '../../tables.ts';
import { toAttribute } from './attributes.ts';

/** Attributes and values of one request's expressions; both are placeholders, because a name may be a reserved word. */
export type Placeholders = {
  name(attribute: string): string;
  value(value: Json): string;
  /** What the request must carry so that its expressions have a meaning; DynamoDB refuses empty lists. */
  given(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  };
};

export function placeholders(): Placeholders {
  const names = new Map<string, string>();
  const values: [string, AttributeValue][] = [];
  return {
    name(attribute) {
      const known = names.get(attribute) ?? `#n${names.size}`;
      names.set(attribute, known);
      return known;
    },
    value(value) {
      const fresh = `:v${values.length}`;
      values.push([fresh, toAttribute(value)]);
      return fresh;
    },
    given: () => ({
      ...(names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries(
          [...names].map(([attribute, name]) => [name, attribute]),
        ),
      }),
      ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    }),
  };
}

/** Nothing where nothing is asked. DynamoDB compares within one type only, as the port promises. */
export function conditionExpression(
  condition: Condition | undefined,
  { name, value }: Placeholders,
): string | undefined {
  if (!condition) return undefined;
  if ('absent' in condition) return `attribute_not_exists(${name('pk')})`;
  const { present, equals, oneOf, below } = condition;
  const parts = [
    ...(present ? [`attribute_exists(${name('pk')})`] : []),
    ...each(equals, (attribute, wanted) =>
      wanted === null ? `attribute_not_exists(${name(attribute)})` : `${name(attribute)} = ${value(wanted)}`,
    ),
    ...each(oneOf, (attribute, wanted) => `${name(attribute)} IN (${wanted.map(value).join(', ')})`),
    ...each(
      below,
      (attribute, bound) =>
        `(attribute_not_exists(${name(attribute)}) OR ${name(attribute)} < ${value(bound)})`,
    ),
  ];
  return parts.join(' AND ') || undefined;
}

export function updateExpression(
  { set, remove = [], add }: Extract<Operation, { kind: 'update' }>,
  { name, value }: Placeholders,
): string {
  const clauses = [
    ['SET', each(set, (attribute, wanted) => `${name(attribute)} = ${value(wanted)}`)],
    ['REMOVE', remove.map(name)],
    ['ADD', each(add, (attribute, amount) => `${name(attribute)} ${value(amount)}`)],
  ] as const;
  return clauses
    .filter(([, actions]) => actions.length > 0)
    .map(([verb, actions]) => `${verb} ${actions.join(', ')}`)
    .join(' ');
}

/** The range of a query; nothing where no text lies in it, which DynamoDB would refuse to be asked. */
export function keyExpression(
  { index, pk, from = '', to, prefix = '' }: Pick<Query, 'index' | 'pk' | 'from' | 'to' | 'prefix'>,
  { name, value }: Placeholders,
): string | undefined {
  if (to === '' || (to !== undefined && isBehind(from, to))) return undefined;
  const keys = keyAttributes(index);
  const partition = `${name(keys.pk)} = ${value(pk)}`;
  // Asked for only where it is used: DynamoDB refuses a name that no expression has.
  const sort = () => name(keys.sk);
  if (prefix !== '') return `${partition} AND begins_with(${sort()}, ${value(prefix)})`;
  if (from !== '' && to !== undefined)
    return `${partition} AND ${sort()} BETWEEN ${value(from)} AND ${value(to)}`;
  if (from !== '') return `${partition} AND ${sort()} >= ${value(from)}`;
  if (to !== undefined) return `${partition} AND ${sort()} <= ${value(to)}`;
  return partition;
}

/** Keys sort by their UTF-8 bytes; JavaScript compares UTF-16 units, which sort the rarest characters before others. */
function isBehind(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;
}

function each<T>(
  parts: Record<string, T> | undefined,
  text: (attribute: string, part: T) => string,
): string[] {
  return Object.entries(parts ?? {}).flatMap(([attribute, part]) =>
    part === undefined ? [] : [text(attribute, part)],
  );
}
