import { attacksInAll, hostileDocument } from './hostile-documents.ts';
import { type Met, meetTimed } from './meet-hostile.ts';
import { plantCanary } from './planted-canary.ts';

/** What a process says that met every attack on every kind of document once: `node hostile-child.ts SEED`. */
export type HostileReport = { met: Met[]; ran: number; changed: string[] };

const [seed = 'hostile'] = process.argv.slice(2);
const watch = plantCanary();
const met: Met[] = [];
for (let number = 0; number < attacksInAll; number++)
  met.push(await meetTimed(hostileDocument(seed, number)));
const report: HostileReport = {
  met: met.map((each) => shortened(each)),
  ran: watch.ran(),
  changed: watch.changed(),
};
console.info(JSON.stringify(report));

function shortened({ fate, ...met }: Met): Met {
  return { ...met, fate: fate.kind === 'refused' ? { ...fate, paths: fate.paths.slice(0, 3) } : fate };
}
