import type { Summary } from '../replay/summary.ts';

type Result = {
  summary: Summary;
  events: number;
  deadLetters: number;
  quarantined: number;
  now: string;
  importSeconds: number;
  replaySeconds: number;
  eventsPerSecond: number;
  transitions: number;
  peakMemoryMb: number;
  rows: number;
  stateHash: string;
};

/** The summary of a replay for people. */
export function printSummary(result: Result): void {
  const { summary } = result;
  section('Contacts', { total: summary.contacts, ...summary.stages });
  section(
    'Journeys',
    Object.fromEntries(
      Object.entries(summary.journeys).map(([name, { entries, active, exits }]) => [
        name,
        `${entries} entered, ${active} under way${listed(exits)}`,
      ]),
    ),
  );
  section(
    'Messages',
    Object.fromEntries(
      Object.entries(summary.messages).map(([channel, { sent, waiting, failed, skipped }]) => [
        channel,
        `${sent} sent, ${waiting} waiting, ${failed} failed, ${sum(skipped)} skipped${listed(skipped)}`,
      ]),
    ),
  );
  section(
    'Handovers',
    Object.fromEntries(
      Object.entries(summary.handovers).map(([name, { offered, accepted, returned, expired }]) => [
        name,
        `${offered} offered, ${accepted} accepted, ${returned} returned, ${expired} expired`,
      ]),
    ),
  );
  section(
    'Tasks',
    Object.fromEntries(
      Object.entries(summary.tasks).map(([name, { open, done, expired }]) => [
        name,
        `${open} open, ${done} done, ${expired} expired`,
      ]),
    ),
  );
  section('Cases', summary.cases);
  section('Data-quality tasks by fact', summary.dataQuality);
  section('Replay', {
    events: result.events,
    'virtual time at the end': result.now,
    'import seconds': result.importSeconds.toFixed(1),
    'replay seconds': result.replaySeconds.toFixed(1),
    'events per second': Math.round(result.eventsPerSecond),
    transitions: result.transitions,
    'peak memory in MB': Math.round(result.peakMemoryMb),
    'dead letters': result.deadLetters,
    quarantined: result.quarantined,
    'rows stored': result.rows,
    'state hash': result.stateHash,
  });
}

function section(title: string, lines: Record<string, string | number>): void {
  process.stdout.write(`\n${title}\n`);
  const entries = Object.entries(lines);
  if (entries.length === 0) process.stdout.write('  none\n');
  const width = Math.max(...entries.map(([name]) => name.length), 0);
  for (const [name, value] of entries) process.stdout.write(`  ${name.padEnd(width)}  ${value}\n`);
}

function listed(counts: Record<string, number>): string {
  const entries = Object.entries(counts);
  return entries.length === 0 ? '' : ` (${entries.map(([name, count]) => `${name} ${count}`).join(', ')})`;
}

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);
