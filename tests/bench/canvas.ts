import { type CDPSession, chromium, type Page } from 'playwright-core';
import { ensureBuild, executablePath } from '../designer/browser.ts';
import { documentsFixture } from '../e2e/documents-fixture.ts';
import { startUiFixture } from '../e2e/ui-fixture-server.ts';
import { longJourney } from '../support/long-journey.ts';

/**
 * How a journey of many steps feels: `node tests/bench/canvas.ts [STEPS]`. The built designer in Chromium on canned answers at
 * 1440 × 900; with `CANVAS_PROFILE=file` a CPU profile of the interactions is kept there. Not measured: a network.
 *
 * `frames` are the times between animation frames, `next paint` what the browser's own event timing says of each interaction
 * (INP is the worst), `long tasks` whatever kept the main thread for more than 50 ms.
 */
const count = Number(process.argv[2] ?? 1000);
const wanted = { framesPerSecond: 50, nextPaint: 100 } as const;

ensureBuild();
const documents = await documentsFixture();
const base = documents.library.journeys.get('cart-abandonment');
if (!base) throw new Error('the library has no cart-abandonment to make a long journey of');
documents.saveAs('Mara', 'journeys', 'long-journey', longJourney(base, count));
const fixture = await startUiFixture('full', 0, documents.gate);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.setDefaultTimeout(60_000);
const complaints: string[] = [];
page.on('pageerror', (error) => complaints.push(String(error)));
page.on('console', (message) => {
  if (message.type() === 'error') complaints.push(message.text());
});
await page.addInitScript(watch);

const step = (id: string) => page.locator(`.svelte-flow__node[data-id="${id}"]`);

async function firstDrawn(): Promise<void> {
  const begun = performance.now();
  await page.goto(`${fixture.url}/journeys/long-journey`);
  await page.getByLabel('Title').waitFor();
  const ready = performance.now();
  await step('r0-split').waitFor();
  const drawn = performance.now();
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  line('page usable', `${Math.round(ready - begun)} ms`);
  line('first drawn', `${Math.round(drawn - begun)} ms`);
  await settled();
  line('long tasks until then', tasks(await taken()));
  line('steps in the document', String(await page.locator('.svelte-flow__node-step').count()));
}

/** Until the main thread has had half a second to itself. */
const settled = () =>
  page.evaluate(`new Promise((done) => {
    let last = performance.now(), quiet = last;
    const look = (now) => {
      if (now - last > 50) quiet = now;
      last = now;
      if (now - quiet > 700) done(); else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })`);

async function frames(what: string, act: () => Promise<void>): Promise<void> {
  await settled();
  await taken();
  await page.evaluate('window.watched.startFrames()');
  await act();
  const times = await page.evaluate<number[]>('window.watched.stopFrames()');
  const total = times.reduce((sum, time) => sum + time, 0);
  const perSecond = (1000 * times.length) / total;
  line(
    what,
    `${perSecond.toFixed(0)} frames/s${perSecond < wanted.framesPerSecond ? ' TOO FEW' : ''}; frames p50 ${ms(at(times, 0.5))}, p95 ${ms(at(times, 0.95))}, worst ${ms(at(times, 1))}`,
  );
  line('  long tasks', tasks(await taken()));
}

async function drag(): Promise<void> {
  const box = await step('r0-mail').boundingBox();
  if (!box) throw new Error('no step is drawn');
  const x = box.x + 60;
  const y = box.y + 20;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await during(3000, (round) =>
    page.mouse.move(x + 120 * Math.sin(round / 12), y + 60 * (1 - Math.cos(round / 12))),
  );
  await page.mouse.move(x, y - 4);
  await page.mouse.up();
}

const pan = () =>
  over(2000, (round) => page.mouse.wheel(40 * Math.sin(round / 20), round % 80 < 40 ? 60 : -60));

async function zoom(): Promise<void> {
  await page.keyboard.down('Control');
  await over(2000, (round) => page.mouse.wheel(0, round % 40 < 20 ? 25 : -25));
  await page.keyboard.up('Control');
}

async function over(span: number, act: (round: number) => Promise<void>): Promise<void> {
  await page.mouse.move(700, 500);
  await during(span, act);
}

async function during(span: number, act: (round: number) => Promise<void>): Promise<void> {
  const end = performance.now() + span;
  for (let round = 0; performance.now() < end; round++) await act(round);
}

async function interactions(): Promise<void> {
  const title = page.locator('aside[aria-label="Panel"] input').first();
  await interaction('click on a step', async () => {
    for (const name of ['r0-split', 'r0-pause', 'r0-mail']) {
      await step(name).click({ position: { x: 60, y: 20 } });
      await settled();
    }
  });
  await interaction('typing in its title', async () => {
    await title.click();
    await page.keyboard.type(' of our good customer', { delay: 60 });
  });
  await interaction('undo', async () => {
    await step('r0-mail').focus();
    await page.keyboard.press('Control+z');
  });
  await interaction('redo', () => page.keyboard.press('Control+Shift+z'));
  await interaction('moves by keyboard', async () => {
    await step('r0-mail').focus();
    for (let press = 0; press < 8; press++) await page.keyboard.press('ArrowRight');
  });
  await interaction('delete a step', async () => {
    await step('r0-pause').focus();
    await page.keyboard.press('Delete');
  });
  await interaction('take the deletion back', () => page.keyboard.press('Control+z'));
  await interaction('show the list', () => page.getByRole('button', { name: 'List', exact: true }).click());
  await interaction('show the canvas', () =>
    page.getByRole('button', { name: 'Canvas', exact: true }).click(),
  );
}

async function interaction(what: string, act: () => Promise<void>): Promise<void> {
  await settled();
  await taken();
  await act();
  await settled();
  const { events, long } = await taken();
  const worst = events.toSorted((a, b) => b.duration - a.duration)[0];
  const slow = worst && worst.duration > wanted.nextPaint ? ' TOO SLOW' : '';
  line(what, worst ? `next paint ${worst.duration} ms (${worst.name})${slow}` : 'next paint under 16 ms');
  line('  long tasks', tasks({ events, long }));
}

type Taken = { events: { name: string; duration: number }[]; long: number[] };
const taken = () => page.evaluate<Taken>('window.watched.take()');

const tasks = ({ long }: Taken): string =>
  long.length === 0 ? 'none' : `${long.length}, worst ${Math.max(...long)} ms, in all ${sum(long)} ms`;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function line(what: string, said: string): void {
  console.info(`${what.padEnd(26)} ${said}`);
}

/** Runs in the page before anything else. */
function watch(): void {
  let events: { name: string; duration: number }[] = [];
  let long: number[] = [];
  let times: number[] = [];
  let isWatching = false;
  new PerformanceObserver((list) => {
    for (const { name, duration, ...rest } of list.getEntries().map((entry) => entry.toJSON()))
      if (rest.interactionId) events.push({ name, duration });
  }).observe({ type: 'event', buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(Math.round(duration));
  }).observe({ type: 'longtask', buffered: true });
  Object.assign(globalThis, {
    watched: {
      take() {
        const all = { events, long };
        events = [];
        long = [];
        return all;
      },
      startFrames() {
        times = [];
        isWatching = true;
        let last: number | undefined;
        const look = (now: number) => {
          if (last !== undefined) times.push(now - last);
          last = now;
          if (isWatching) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      stopFrames() {
        isWatching = false;
        return times;
      },
    },
  });
}

async function startProfile(seen: Page): Promise<(() => Promise<void>) | undefined> {
  const file = process.env.CANVAS_PROFILE;
  if (!file) return undefined;
  const { writeFile } = await import('node:fs/promises');
  const session: CDPSession = await seen.context().newCDPSession(seen);
  await session.send('Profiler.enable');
  await session.send('Profiler.start');
  return async () => {
    const { profile } = await session.send('Profiler.stop');
    await writeFile(file, JSON.stringify(profile));
  };
}

try {
  console.info(`A journey of ${count} steps`);
  await firstDrawn();
  const profile = await startProfile(page);
  await frames('dragging a step for 3 s', drag);
  await frames('panning for 2 s', pan);
  await frames('zooming for 2 s', zoom);
  await firstDrawn();
  await interactions();
  await profile?.();
  for (const complaint of new Set(complaints)) console.info(`the browser complained: ${complaint}`);
} finally {
  await browser.close();
  await fixture.close();
}
