import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '@baton/rules/json.ts';
import { type Item, Rejected } from '../../ports.ts';

/*
 * JSON as DynamoDB's attribute values and back, exactly. The SDK's own conversion looks at `value.constructor`, which
 * in stored data may be an attribute like any other, and gives large numbers as BigInt.
 */

type Attributes = Record<string, AttributeValue>;

export function toAttribute(value: Json): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value.toWellFormed() };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  return { M: toAttributes(value) };
}

/** As in JSON text, an `undefined` attribute is absent. */
export function toAttributes(values: { [name: string]: Json | undefined }): Attributes {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, toAttribute(value)]],
    ),
  );
}

export function toItem(attributes: Attributes): Item {
  const { pk, sk, ...rest } = fromAttributes(attributes);
  if (typeof pk !== 'string' || typeof sk !== 'string') throw new Rejected('a row without a key of texts');
  return { pk, sk, ...rest };
}

function fromAttributes(attributes: Attributes): { [name: string]: Json } {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, fromAttribute(value)]));
}

function fromAttribute(attribute: AttributeValue): Json {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromAttributes(attribute.M);
  throw new Rejected(`an attribute of type ${Object.keys(attribute).join()}, which Baton does not write`);
}
