import { startProgress } from '@baton/infra/local/cli/progress.ts';
import { underPressure } from '../simulation/caps.ts';
import { quickRandom } from '../support/quick-random.ts';

/**
 * Attempts to send marketing, many at once for each contact: `node tests/proofs/caps.ts [ATTEMPTS] [SEED]`. In no rolling
 * window more messages leave than the caps allow, counted from the rows of the messages. Ends with 1 otherwise.
 */
const [count = '1000000', seed = '1'] = process.argv.slice(2);
const wanted = Number(count);
const random = quickRandom(Number(seed));
const press = await underPressure();
const progress = startProgress('caps');
let [attempts, sent, contacts, breached] = [0, 0, 0, 0];

while (attempts < wanted) {
  const pressed = await press(random);
  attempts += pressed.attempts;
  sent += pressed.sent;
  contacts++;
  if (pressed.problems.length > 0) {
    breached += pressed.problems.length;
    console.info(`contact ${contacts}: ${pressed.problems[0]}`);
  }
  progress.update(Math.min(attempts, wanted), wanted, `${sent} sent, ${breached} breaches`);
}
progress.stop();
console.info(`${attempts} attempts at ${contacts} contacts, ${sent} sent: ${breached} breaches`);
process.exitCode = breached === 0 ? 0 : 1;
