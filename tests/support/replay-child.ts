import { syntheticEvents } from './synthetic-events.ts';
import { replaySynthetic } from './synthetic-replay.ts';

/** Run as a process of its own, to be killed: replays made-up events and prints how many of them it has played. */
const [folder = '', seed = '', contacts = '', until = ''] = process.argv.slice(2);
await replaySynthetic({
  folder,
  events: syntheticEvents(seed, Number(contacts)),
  until,
  keepEvery: 150,
  progress: (played) => process.stdout.write(`${played}\n`),
});
