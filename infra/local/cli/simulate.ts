import { readFile } from 'node:fs/promises';
import { Duration, EventType, FactValues, Instant } from '@baton/rules/documents/common.ts';
import { simulate } from '@baton/rules/journey/simulate.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import * as z from 'zod';
import { Refusal } from './failure.ts';
import { soundLibrary } from './library.ts';

const Entry = z.strictObject({
  /** An instant, or a span from the start of the simulation. */
  at: z.union([Instant, Duration]),
  type: EventType,
  data: z.record(z.string(), z.json()).default({}),
});
const Script = z.union([
  z.array(Entry).min(1),
  z.strictObject({ facts: FactValues.default({}), start: Instant.optional(), events: z.array(Entry).min(1) }),
]);

/** Prints what a journey does with the events of a file, line by line, on virtual time. */
export async function simulateCommand(
  name: string,
  { events: file, library: folder }: { events: string; library?: string },
): Promise<number> {
  const library = await soundLibrary(folder);
  const journey = library.journeys.get(name);
  if (!journey)
    throw new Refusal(
      `there is no journey "${name}"; known are ${[...library.journeys.keys()].sort().join(', ')}`,
    );

  const script = await readScript(file);
  const { facts, events, start } = Array.isArray(script)
    ? { facts: {}, events: script, start: undefined }
    : script;
  const origin =
    start ?? events.map(({ at }) => at).find((at) => !at.startsWith('P')) ?? '2026-01-05T09:00:00.000Z';
  const timed = events.map((entry) => ({
    ...entry,
    at: entry.at.startsWith('P') ? addDuration(origin, entry.at) : new Date(entry.at).toISOString(),
  }));
  const { lines, ends } = await simulate(journey, library, {
    facts: factRoots(facts),
    start: new Date(origin).toISOString(),
    events: timed,
  });

  process.stdout.write(`${journey.title}: ${journey.why}\n\n`);
  for (const { at, enrolment, title, text } of lines)
    process.stdout.write(
      `${at.slice(0, 19).replace('T', ' ')}  ${(!enrolment || enrolment === '-' ? '' : enrolment).padEnd(14)} ${title ? `${title}: ` : ''}${text}\n`,
    );
  process.stdout.write(
    `\n${ends.length === 0 ? 'Still under way after the last event.' : ends.map(({ at, reason, goal }) => `Ended ${at}: ${reason}${goal ? ' (goal)' : ''}`).join('\n')}\n`,
  );
  return 0;
}

const FactRoots = z.record(z.string(), z.record(z.string(), z.json()));
const factRoots = (facts: unknown) => FactRoots.parse(facts);

async function readScript(file: string): Promise<z.infer<typeof Script>> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Refusal(`${file} cannot be read: ${error.message}; name a JSON or JSONL file with events`);
  });
  const parsed = Script.safeParse(parseText(file, text));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Refusal(
    `${file} is no script of events: ${issues.join('; ')}; an entry looks like {"at":"PT10M","type":"offer.accepted","data":{}}`,
  );
}

function parseText(file: string, text: string): unknown {
  try {
    return /^\s*[[{]/.test(text) && !/\}\s*\n\s*\{/.test(text)
      ? JSON.parse(text)
      : text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => JSON.parse(line));
  } catch (error) {
    throw new Refusal(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
