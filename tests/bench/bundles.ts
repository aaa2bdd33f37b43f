import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { bundleFunctions, bundles } from '@baton/infra/aws/bundle.ts';
import { buildDesigner } from '@baton/infra/designer.ts';
import { staticParts } from '../support/templates/static-parts.ts';

/**
 * How long each bundle takes to load in a fresh process, as at a cold start, and how many kB that is:
 * `node tests/bench/bundles.ts [RUNS]`.
 */
const runs = Number(process.argv[2] ?? 9);

/** What a function finds in its environment, so that loading it does not fail for want of it. */
const environment = {
  AWS_REGION: 'eu-central-1',
  AUTH_CLIENT_ID: 'client',
  AUTH_DOMAIN: 'baton.auth.eu-central-1.amazoncognito.com',
  AUTH_ORIGIN: 'https://crm.example.com',
  BATON_ADDRESS: '/baton-dev/address',
  BATON_BUS: 'baton-dev',
  BATON_IDENTITY: '/baton-dev/identity-key',
  BATON_WRITE_KEY: '/baton-dev/write-key',
  BATON_WEBHOOK_SIGNING: '/baton-dev/webhook-secret',
  BATON_MACHINES: 'arn:aws:states:eu-central-1:111122223333:stateMachine:',
  BATON_PREFIX: 'baton-dev',
  JOURNEY_ROLE: 'arn:aws:iam::111122223333:role/journeys',
  RUN_STEP: 'arn:aws:lambda:eu-central-1:111122223333:function:baton-dev-run-step',
  SCHEDULER_ROLE: 'arn:aws:iam::111122223333:role/scheduler',
  SITE_BUCKET: 'site',
  TABLE_CORE: 'core',
  TABLE_DESIGN: 'design',
  TABLE_GUARD: 'guard',
};

await buildDesigner();
const built = await bundleFunctions();
console.info(`milliseconds to import, over ${runs} fresh processes each; kB loaded with it`);
for (const { name } of built) {
  const folder = join(bundles, name);
  const kilobytes = Object.values(staticParts(folder)).reduce((sum, size) => sum + size, 0) / 1000;
  const times = Array.from({ length: runs }, () => importTime(join(folder, 'index.mjs'))).sort(
    (a, b) => a - b,
  );
  const [fastest = 0] = times;
  const median = times[Math.floor(times.length / 2)] ?? 0;
  console.info(
    `${name.padEnd(16)} min ${fastest.toFixed(1).padStart(6)}  median ${median.toFixed(1).padStart(6)}  ${kilobytes.toFixed(0).padStart(4)} kB`,
  );
}

function importTime(file: string): number {
  const measured = `const at = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - at); process.exit();`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', measured], {
    env: { ...environment, POWERTOOLS_DEV: 'false', PATH: process.env.PATH },
    encoding: 'utf8',
  });
  return Number(said.trim().split('\n').at(-1));
}
