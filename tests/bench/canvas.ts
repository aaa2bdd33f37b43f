import { type CDPSession, chromium, type Locator, type Page } from 'playwright-core';
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
/** Runs in the page before anything else. */
await page.addInitScript(`
  let events = [], long = [], times = [], isWatching = false;
  new PerformanceObserver((list) => {
    for (const { name, duration, interactionId } of list.getEntries())
      if (interactionId) events.push({ name, duration });
  }).observe({ type: 'event', buffered: true, durationThreshold: 16 });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(Math.round(duration));
  }).observe({ type: 'longtask', buffered: true });
  window.watched = {
    take() {
      const all = { events, long };
      events = [];
      long = [];
      return all;
    },
    startFrames() {
      times = [];
      isWatching = true;
      let last;
      const look = (now) => {
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
  };
`);

const step = (id: string) => page.locator(`.svelte-flow__node[data-id="${id}"]`);

async function firstDrawn(): Promise<void> {
  const begun = performance.now();
  await page.goto(`${fixture.url}/journeys/long-journey`);
  await page.waitForSelector('aside[aria-label="Panel"] input');
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
  const { x, y } = await placeOf(step('r0-mail'));
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

/** By mouse and keyboard only, at places that were looked up before: what finds elements by name would be measured too. */
async function interactions(): Promise<void> {
  const focus = (id: string) => page.evaluate(`document.querySelector('[data-id="${id}"]').focus()`);
  const onStep = await Promise.all(['r0-split', 'r0-pause', 'r0-mail'].map((id) => placeOf(step(id))));
  await interaction('click on a step', async () => {
    for (const spot of onStep) {
      await clickAt(spot);
      await settled();
    }
  });
  const title = await placeOf(page.locator('aside[aria-label="Panel"] input').first());
  await interaction('typing in its title', async () => {
    await clickAt(title);
    await page.keyboard.type(' of our good customer', { delay: 60 });
  });
  await focus('r0-mail');
  await interaction('undo', () => page.keyboard.press('Control+z'));
  await interaction('redo', () => page.keyboard.press('Control+Shift+z'));
  await interaction('moves by keyboard', async () => {
    for (let press = 0; press < 8; press++) await page.keyboard.press('ArrowRight');
  });
  await focus('r0-pause');
  await interaction('delete a step', () => page.keyboard.press('Delete'));
  await interaction('take the deletion back', () => page.keyboard.press('Control+z'));
  const [canvas, list] = await Promise.all(
    ['Canvas', 'List'].map((name) =>
      placeOf(page.locator('[aria-label="Show as"] button', { hasText: name })),
    ),
  );
  await interaction('show the list', () => clickAt(list));
  await interaction('show the canvas', () => clickAt(canvas));
}

type Spot = { x: number; y: number };

async function placeOf(element: Locator): Promise<Spot> {
  const box = await element.boundingBox();
  if (!box) throw new Error(`${element} is not drawn`);
  return { x: box.x + Math.min(60, box.width / 2), y: box.y + Math.min(20, box.height / 2) };
}

const clickAt = (spot: Spot | undefined): Promise<void> => page.mouse.click(spot?.x ?? 0, spot?.y ?? 0);

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
