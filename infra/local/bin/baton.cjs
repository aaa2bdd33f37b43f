#!/usr/bin/env node
// Runs the command line on the Node that the project pins, whatever Node is on PATH.
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..', '..');
const pinned = join(root, 'node_modules', '.bin', 'node');
if (!existsSync(pinned)) {
  process.stderr.write('baton: the pinned Node is missing; run "npm ci" in the project folder first\n');
  process.exit(1);
}
const child = spawn(
  pinned,
  [
    '--disable-warning=ExperimentalWarning',
    '--max-semi-space-size=32',
    join(root, 'infra', 'local', 'cli', 'main.ts'),
    ...process.argv.slice(2),
  ],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
