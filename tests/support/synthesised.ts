import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '@baton/rules/journey/compile.ts';
import type { Json } from '@baton/rules/json.ts';
import { inject } from 'vitest';
import * as z from 'zod';
import { shippedLibrary } from './shipped-library.ts';
import { at, parts, type Stage, Template } from './templates/template.ts';

const Finding = z.object({ rule: z.string(), at: z.string() });
const Checks = z.object({
  sizes: z.array(z.object({ name: z.string(), files: z.record(z.string(), z.number()) })),
  findings: z.array(Finding),
  acknowledgements: z.array(Finding.extend({ reason: z.string() })),
});

/** The folder in which a stage was synthesised: a copy of the checkout with its bundles and templates. */
export const copyOf = (stage: Stage['stage']): string => join(inject('synthesised'), stage);

/** What the best-practice checks found where nothing is acknowledged, and what is. */
export const checksOf = (stage: Stage['stage']): z.infer<typeof Checks> =>
  Checks.parse(JSON.parse(read(stage, 'checks.json')));

export const templateFile = (stage: Stage['stage'], part: string): string =>
  join(copyOf(stage), 'cdk.out', `Baton-${stage}-${part}.template.json`);

/** A stage as it was synthesised for this run of the tests. */
export async function synthesised(stage: Stage['stage']): Promise<Stage> {
  const [Data, Runtime, Edge, Ops] = parts.map((part) =>
    Template.parse(JSON.parse(readFileSync(templateFile(stage, part), 'utf8'))),
  );
  if (!Data || !Runtime || !Edge || !Ops) throw new Error(`${stage} was not synthesised`);
  const { journeys } = await shippedLibrary();
  return {
    stage,
    templates: { Data, Runtime, Edge, Ops },
    definitions: Object.fromEntries(
      Object.values(Runtime.Resources)
        .filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine')
        .map(({ Properties }) => String(at(Properties, 'DefinitionS3Location', 'Key')))
        .map((key) => [key, definition(stage, key)]),
    ),
    journeys: Object.fromEntries(
      [...journeys].map(([id, journey]): [string, Json] => [
        id,
        JSON.parse(JSON.stringify(compile(journey, { version: 1 }))),
      ]),
    ),
  };
}

const read = (stage: Stage['stage'], file: string): string =>
  readFileSync(join(copyOf(stage), 'cdk.out', file), 'utf8');

const definition = (stage: Stage['stage'], key: string): Json => JSON.parse(read(stage, `asset.${key}`));
