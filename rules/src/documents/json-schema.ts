import * as z from 'zod';
import { Condition, Leaf, Root } from '../conditions/condition.ts';
import { FactPath, FactReference } from './common.ts';
import { type DocumentKind, documentKinds } from './index.ts';

const names = z.registry<{ id: string }>();
names.add(Condition, { id: 'Condition' });
names.add(Root, { id: 'Root' });
names.add(Leaf, { id: 'Leaf' });
names.add(FactReference, { id: 'FactReference' });

/**
 * The JSON Schema (2020-12) of one kind of document, for editors and other programs. It is derived and a little weaker
 * than the zod schema: depth and size of conditions are checked when a document is parsed.
 */
export function jsonSchemaText(kind: DocumentKind): string {
  const schema = z.toJSONSchema(documentKinds[kind], {
    target: 'draft-2020-12',
    io: 'input',
    metadata: names,
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === FactPath) jsonSchema.not = { pattern: '\\.(__proto__|constructor|prototype)(\\.|$)' };
    },
  });
  return `${JSON.stringify({ title: `Baton: ${kind}`, ...schema }, null, 2)}\n`;
}
