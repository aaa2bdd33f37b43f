import { explore } from './explore.ts';
import { waitScenarios } from './wait.ts';
const only = process.argv[3];
for (const scenario of await waitScenarios(false)) {
  if (only && !scenario.name.includes(only)) continue;
  const begun = performance.now();
  const result = await explore(scenario, { schedules: Number(process.argv[2] ?? 20000) });
  console.log(scenario.name, result.schedules, result.states, result.complete, `${((performance.now() - begun) / 1000).toFixed(1)} s`);
  if (result.violation) console.log(result.violation.what, '\n ' + result.violation.schedule.join('\n  ').replace(/([a-z0-9]{4})[a-z0-9]{20,}/g, '$1'));
}
