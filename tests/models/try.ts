import { explore, wander } from './explore.ts';
import { models } from './models.ts';

const [most = '2000', model = 'wait', only = ''] = process.argv.slice(2);
for (const scenario of (await models[model]?.()) ?? []) {
  if (!scenario.name.includes(only)) continue;
  const begun = process.cpuUsage().user;
  let n = 1;
  const random = () => {
    n = (n * 48271) % 2147483647;
    return n / 2147483647;
  };
  const result = await (process.env.WANDER ? wander : explore)(scenario, { schedules: Number(most), random });
  console.log(
    scenario.name,
    result.schedules,
    result.complete,
    `${((process.cpuUsage().user - begun) / 1e6).toFixed(1)} s`,
  );
  if (result.violation)
    console.log(
      result.violation.what,
      '\n ' +
        result.violation.schedule
          .slice(-Number(process.env.LAST ?? 25))
          .join('\n  ')
          .replace(/([a-z0-9]{4})[a-z0-9]{20,}/g, '$1'),
    );
}
