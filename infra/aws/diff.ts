import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Compares what would be deployed with the templates of the last release, without an account: what is added, replaced
 * and removed, and every change of a right. `--release` makes the present templates the released ones.
 */
const released = join(import.meta.dirname, 'release');
const cdk = join(import.meta.dirname, '../../node_modules/aws-cdk/bin/cdk');
const out = mkdtempSync(join(tmpdir(), 'baton-diff-'));

try {
  run(['synth', '--quiet', '--output', out]);
  const templates = readdirSync(out).filter((name) => name.endsWith('.template.json'));
  if (process.argv.includes('--release')) keep(templates);
  else for (const template of templates) compare(template);
} finally {
  rmSync(out, { recursive: true, force: true });
}

function keep(templates: readonly string[]): void {
  mkdirSync(released, { recursive: true });
  for (const template of templates) copyFileSync(join(out, template), join(released, template));
  process.stdout.write(`kept ${templates.length} templates in ${released}\n`);
}

function compare(template: string): void {
  const former = join(released, template);
  const stack = template.replace('.template.json', '');
  if (existsSync(former))
    spawnSync(
      process.execPath,
      [cdk, 'diff', stack, '--app', out, '--template', former, '--exclusively', '--no-change-set'],
      {
        stdio: 'inherit',
      },
    );
  else process.stdout.write(`Stack ${stack}\nnot in the last release\n`);
}

function run(args: readonly string[]): void {
  execFileSync(process.execPath, [cdk, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}
