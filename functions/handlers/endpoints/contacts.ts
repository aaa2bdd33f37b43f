import { AskMatching, matchesIn, matchingView } from '../../views/matching.ts';
import { readPopulation } from '../../views/reach.ts';
import { type Endpoints, ok, withBody } from './reply.ts';

/** Who is meant by a condition, by name. */
export const contacts: Endpoints = {
  'post-matching': (ports, { body }, { matching }) =>
    withBody(AskMatching, body, async (ask) => {
      const matches = matching ? await matching(ask) : matchesIn(ask, await readPopulation(ports));
      return ok(await matchingView(ports, matches));
    }),
};
