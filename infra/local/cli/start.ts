import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import type { Log } from '@baton/functions/ports.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { buildDesigner, designerBuild } from '../../designer.ts';
import { createChanges } from '../changes.ts';
import { createFileOutbox } from '../channels/file-outbox.ts';
import { seedDemo } from '../demo/seed.ts';
import { openHost } from '../host.ts';
import { serve } from '../http.ts';
import { createReach } from '../reach/reach.ts';
import { isReplayFolder } from '../replay/folder.ts';
import { run } from '../run.ts';
import { demoPeople, openPeople, ownerId } from '../sign-in/people.ts';
import { createSignIn, type SignIn } from '../sign-in/sign-in.ts';
import { signerIn } from '../sign-in/signed.ts';
import { systemClock } from '../virtual-clock.ts';
import { Refusal } from './failure.ts';
import { soundLibrary } from './library.ts';
import { createLog } from './log.ts';
import { hostFile, runningHost } from './own-host.ts';
import { type ProviderOptions, providersFrom } from './providers.ts';

export type StartOptions = ProviderOptions & {
  data: string;
  port: number;
  library?: string;
  empty?: boolean;
  publicUrl?: string;
};

/** Builds what it must, starts the local host, prints one URL and runs until it is told to stop. */
export async function startCommand(options: StartOptions): Promise<number> {
  const { data, port, library: folder, empty, publicUrl } = options;
  const running = runningHost(data);
  if (running)
    throw new Refusal(
      `a host is running on ${data} already: open ${running.url}, or choose another folder with --data`,
    );
  if (isReplayFolder(data))
    throw new Refusal(
      `${data} holds a replay on virtual time; start with another folder, for example --data .baton`,
    );
  const fresh = !existsSync(join(data, 'baton.db'));
  const providers = providersFrom(options, process.env, systemClock);
  if (providers.any && fresh && !empty)
    throw new Refusal(
      `${data} would begin with a made-up company, and its people would be written to; start with --empty`,
    );
  await providers.check();
  await buildDesigner().catch((error: unknown) => {
    throw new Refusal(error instanceof Error ? error.message : String(error));
  });

  const library = await soundLibrary(folder);
  const log = createLog('warn');
  if (fresh && !empty) await seedAside(data, { library, log });

  let url = `http://127.0.0.1:${port}`;
  let signIn: SignIn | undefined;
  const changes = createChanges();
  const { reach, matching, close: forget } = createReach(join(data, 'baton.db'));
  const host = await openHost({
    folder: data,
    origin: () => publicUrl ?? url,
    clock: { ...systemClock, kind: 'system' },
    library,
    channel: (settle) => createFileOutbox({ folder: join(data, 'outbox'), settle }),
    providers: providers.open,
    callerOf: (event) => signIn?.callerOf(event) ?? { kind: 'unknown', reason: 'the host is starting' },
    reach,
    matching,
    onWritten: changes.noted,
    log,
  });
  const key = randomBytes(32).toString('base64url');
  const { store } = host.ports;
  signIn = createSignIn({
    people: await openPeople(store, fresh && !empty ? demoPeople : []),
    signer: signerIn(data),
    store,
    hostKey: key,
    origin: () => url,
  });
  const loop = run(host, log);
  let server: Server;
  try {
    server = await serve({ api: loop.around(host.api), designer: designerBuild, port, signIn, changes });
  } catch (error) {
    await loop.stop();
    await host.close();
    throw explainPort(error, port);
  }
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`;
  writeFileSync(hostFile(data), JSON.stringify({ url, pid: process.pid, key }), { mode: 0o600 });
  const stopped = stopSignal(); // before the URL is out, because whoever reads it may stop the host at once
  process.stdout.write(`Baton is running: ${url}\nSign in, once: ${signIn.linkFor(ownerId)?.url}\n`);

  const failure = await Promise.race([stopped, loop.failed]);
  if (failure) {
    process.stderr.write(`baton: ${failure.message}\nNothing more is accepted until then.\n`);
    await stopped;
  }
  process.stdout.write('stopping…\n');
  changes.close();
  server.close();
  server.closeAllConnections();
  await loop.stop();
  providers.close();
  forget();
  rmSync(hostFile(data), { force: true });
  if (failure) return 1;
  await host.close();
  return 0;
}

/** A made-up company is whole or absent: it is made beside the folder and takes its place when it is done. */
async function seedAside(data: string, { library, log }: { library: Library; log: Log }): Promise<void> {
  const aside = `${resolve(data)}.new`;
  rmSync(aside, { recursive: true, force: true });
  await seedDemo({ folder: aside, library, log, now: new Date() });
  if (existsSync(data)) rmdirWhenEmpty(data);
  renameSync(aside, data);
}

function rmdirWhenEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    throw new Refusal(`${folder} is not empty and holds no Baton data; choose another folder with --data`);
  }
}

function explainPort(error: unknown, port: number): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new Refusal(
      `port ${port} is in use; stop what runs there, or choose another with --port (0 takes any free one)`,
    );
  if (code === 'EACCES')
    return new Refusal(
      `port ${port} may not be used without special rights; choose one above 1023 with --port`,
    );
  return error instanceof Error ? error : new Error(String(error));
}

function stopSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(undefined));
    process.once('SIGTERM', () => resolve(undefined));
  });
}

/** Builds the designer when there is no build, or one that is older than its sources. */
