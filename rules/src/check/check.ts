import type { Library } from '../documents/index.ts';
import { checkCatalogues } from './catalogues.ts';
import { checkChannels } from './channels.ts';
import { checkCondition } from './conditions.ts';
import { checkCycle } from './cycle.ts';
import { checkJourneys } from './journeys.ts';
import { checkJourneyName, checkStage } from './names.ts';
import type { Problem } from './problems.ts';
import { checkRules } from './rules.ts';
import { scopeOf } from './scope.ts';
import { checkSegment } from './segment.ts';
import { checkService } from './service.ts';
import { checkTables } from './tables.ts';
import { checkTeams } from './teams.ts';
import { checkTemplates } from './templates.ts';

/**
 * Everything that is wrong with a library of parsed documents as a whole: names that lead nowhere, comparisons that
 * cannot hold, rows and rules that contradict each other. Documents' own tests are run by `decide/run-tests.ts`.
 */
export function check(library: Library): Problem[] {
  return [
    ...checkCatalogues(library),
    ...checkService(library),
    ...checkCycle(library),
    ...checkTeams(library),
    ...checkRules(library),
    ...checkTables(library),
    ...checkJourneys(library),
    ...checkCampaigns(library),
    ...checkTemplates(library),
    ...checkChannels(library),
    ...checkSegment(library),
  ];
}

function checkCampaigns(library: Library): Problem[] {
  return [...library.campaigns.values()].flatMap(({ id, audience, journey }) => {
    const document = `campaigns/${id}`;
    return [
      ...audience.stages.flatMap((stage, index) =>
        checkStage(stage, { document, path: `audience.stages.${index}` }, library),
      ),
      ...checkCondition(audience.when, { document, path: 'audience.when' }, scopeOf(library)),
      ...checkJourneyName(journey, { document, path: 'journey' }, library),
    ];
  });
}
