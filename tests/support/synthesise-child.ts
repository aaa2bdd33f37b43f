import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunctions } from '@baton/infra/aws/bundle.ts';
import { batonApp } from '@baton/infra/aws/stacks.ts';
import * as z from 'zod';
import { acknowledgementsIn, rawFindings } from './templates/best-practice.ts';

/*
 * Bundles and synthesises one stage of the checkout that this file lies in, and writes beside the templates what the
 * best-practice checks find when nothing is acknowledged. A process of its own, because the CDK takes long to load and
 * two stages can be made at once.
 */
const root = join(import.meta.dirname, '../..');
const Settings = z.record(z.string(), z.unknown());
const given = Settings.parse(JSON.parse(process.argv[2] ?? '{}'));
const { context } = z
  .object({ context: Settings })
  .parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')));

const sizes = await bundleFunctions();
const app = batonApp({ outdir: join(root, 'cdk.out'), context: { ...context, ...given } });
app.synth();

writeFileSync(
  join(root, 'cdk.out', 'checks.json'),
  JSON.stringify({
    sizes,
    findings: rawFindings(app),
    acknowledgements: acknowledgementsIn(app),
  }),
);
