import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CustomResource } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { BatonFunction } from './function.ts';

/**
 * Something that is done when the stack is deployed, by a function of ours that answers CloudFormation itself. It is done
 * again when the files it works on have changed.
 */
export class Deployment extends Construct {
  constructor(
    scope: Construct,
    id: string,
    {
      by,
      files,
      properties = {},
    }: { by: BatonFunction; files?: string; properties?: Readonly<Record<string, string>> },
  ) {
    super(scope, id);
    new CustomResource(this, 'Resource', {
      serviceToken: by.function.functionArn,
      resourceType: `Custom::Baton${id}`,
      properties: { ...properties, ...(files === undefined ? {} : { content: contentHash(files) }) },
    });
  }
}

/** One hash over the names and bytes of all files in a folder. */
function contentHash(folder: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  for (const name of names) hash.update(name.slice(folder.length)).update('\0').update(readFileSync(name));
  return hash.digest('hex').slice(0, 32);
}
