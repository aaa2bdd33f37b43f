import { ChangeJourney, changeJourney } from '../../use-cases/change-journey.ts';
import { type Endpoints, ok, refusal, withBody } from './reply.ts';

/** Pausing, letting go on, stopping. */
export const journeys: Endpoints = {
  'post-journey-state': (ports, { path, body, caller }) =>
    withBody(ChangeJourney, body, async (change) => {
      const by = caller.kind === 'known' ? caller.person : '';
      const journey = path.journeyId ?? '';
      const changed = await changeJourney(ports, { journey, by, ...change });
      await ports.store.durable();
      if (changed.ok) return ok({ journey, state: change.state, changed: changed.changed });
      const { status, path: place, reason, remedy } = changed;
      return { status, body: refusal(reason, [{ path: place, reason, remedy }]) };
    }),
};
