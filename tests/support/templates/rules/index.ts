import { queues } from '@baton/infra/routes.ts';
import type { Finding, Gate } from '../finding.ts';
import type { Deployed } from '../resolve.ts';
import { wholeAccount } from './account.ts';
import { tables } from './data.ts';
import { doors } from './doors.ts';
import { events } from './events.ts';
import { compute } from './functions.ts';
import { functionsOf, type Rule } from './rule.ts';
import { storage } from './storage.ts';
import type { Emitters } from './watching.ts';
import { watching } from './watching.ts';

/** Every rule of the project by itself, in one table. */
export const projectRules = (emitters: Emitters): Rule[] => [
  ...tables,
  ...storage,
  ...compute,
  ...events,
  ...doors,
  ...wholeAccount,
  ...watching(emitters),
];

export const projectGate =
  (rules: readonly Rule[]): Gate =>
  (deployed) =>
    rules.flatMap(({ id, says, broken }) =>
      broken(deployed).map((where): Finding => ({ rule: id, at: where, says })),
    );

/** How much longer a message is hidden than its consumer may run. AWS recommends six times. */
export const hidingFactors = (deployed: Deployed): Record<string, number> =>
  Object.fromEntries(
    queues.map(({ name, handler, visibilitySeconds }) => {
      const consumer = functionsOf(deployed).find(({ properties }) =>
        String(properties.FunctionName).endsWith(`-${handler}`),
      );
      return [name, visibilitySeconds / Number(consumer?.properties.Timeout)];
    }),
  );
