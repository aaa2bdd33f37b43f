import { openWaitingHost } from './waiting-host.ts';

/**
 * Run as a process of its own, to be killed: opens a folder at an instant, places an order where one is named, does so
 * many steps of what is due, says that everything is on disk, and then waits for its end.
 */
const [folder = '', at = '', order = '', steps = '0'] = process.argv.slice(2);
const host = await openWaitingHost(folder, at);
if (order) await host.happens('order.placed', [order]);
let done = 0;
while (done < Number(steps) && (await host.step())) done++;
await host.ports.store.durable();
process.stdout.write(`${done}\n`);
setInterval(() => {}, 60_000);
