import { startProgress } from '@baton/infra/local/cli/progress.ts';
import { explore, wander } from '../models/explore.ts';
import { models } from '../models/models.ts';
import { told } from '../models/told.ts';
import { seededRandom } from '../support/synthetic-events.ts';

/**
 * Goes through all interleavings of the protocols, or of those whose name holds a text, up to a number of schedules for
 * each scenario, and through a tenth as many at random: `node tests/proofs/models.ts [TEXT] [SCHEDULES]`. Ends with 1
 * where something is found.
 */
const [text = '', most = '20000'] = process.argv.slice(2);
const schedules = Number(most);

for (const scenariosOf of Object.values(models))
  for (const scenario of await scenariosOf()) {
    if (!scenario.name.includes(text)) continue;
    const progress = startProgress(scenario.name);
    const onProgress = (done: number) => progress.update(done, schedules, `${done} schedules`);
    const explored = await explore(scenario, { schedules, onProgress });
    const random = seededRandom(scenario.name);
    const wandered = await wander(scenario, { schedules: Math.ceil(schedules / 10), random });
    progress.stop();

    const left = explored.complete ? 'all' : 'not all';
    console.info(
      `${scenario.name}: ${explored.schedules} schedules (${left}) and ${wandered.schedules} at random`,
    );
    for (const found of [explored, wandered]) if (found.violation) console.info(told(found));
    if (explored.violation || wandered.violation) process.exitCode = 1;
  }
