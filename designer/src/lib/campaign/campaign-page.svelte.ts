import { leastSeconds } from '@baton/rules/campaign/pace.ts';
import type { Root } from '@baton/rules/conditions/condition.ts';
import { type EditedCondition, withCondition } from '@baton/rules/edit/conditions.ts';
import { readCampaigns, readInsights } from '#lib/api.ts';
import { factsInScope, noFacts } from '#lib/conditions/facts-in-scope.ts';
import { keepReach } from '#lib/conditions/reach.svelte.ts';
import { comingLibrary } from '#lib/document/coming-library.svelte.ts';
import { createEditing } from '#lib/document/editing.svelte.ts';
import { effectLines } from '#lib/insights/sections.ts';
import { keepReading } from '#lib/reading/reading.svelte.ts';
import { hostNow } from '#lib/time/host-clock.svelte.ts';

export type CampaignPage = ReturnType<typeof createCampaignPage>;

/** One campaign on the screen: the document, whom it reaches and until when, and what became of its runs. */
export function createCampaignPage(id: string) {
  const editing = createEditing('campaigns', id);
  const runs = keepReading(readCampaigns, () => 10_000);
  // Figures of weeks do not change in a minute.
  const insights = keepReading(
    (signal) => readInsights(365, signal),
    () => 60_000,
  );

  const campaign = $derived(editing.document);
  const scope = $derived.by(() => {
    const library = comingLibrary();
    return library ? factsInScope(library, { events: [] }) : noFacts;
  });
  const reach = keepReach(
    () => campaign && { stages: campaign.audience.stages, conditions: campaign.audience.when },
  );
  const entering = $derived(
    campaign && reach.view
      ? Math.round(reach.view.contacts * (1 - campaign.holdout.percent / 100))
      : undefined,
  );
  /** Milliseconds since 1970; from now where nobody has planned a start. */
  const startsAt = $derived.by(() => {
    const planned = campaign?.schedule.at ? Date.parse(campaign.schedule.at) : Number.NaN;
    return Number.isNaN(planned) ? hostNow() : planned;
  });

  return {
    editing,
    runs,
    insights,
    reach,
    get campaign() {
      return campaign;
    },
    get library() {
      return comingLibrary();
    },
    get scope() {
      return scope;
    },
    get entering() {
      return entering;
    },
    /** Milliseconds that a run takes at the least, and when it would be over; undefined until it is known whom it reaches. */
    get least() {
      if (!campaign || !reach.view) return undefined;
      const ms = leastSeconds(reach.view.contacts, campaign) * 1000;
      return { ms, until: startsAt + ms };
    },
    get isPast() {
      return campaign?.schedule.at !== null && startsAt <= hostNow();
    },
    get view() {
      return runs.value?.campaigns.find((one) => one.id === id);
    },
    get effect() {
      const effects = (insights.value?.effects ?? []).filter(
        (one) => one.kind === 'campaigns' && one.id === id,
      );
      return effectLines({ effects })[0];
    },
    changeAudience(label: string, edit: (root: Root) => EditedCondition): string | undefined {
      return editing.change(label, (now) =>
        withCondition(edit(now.audience.when), (when) => ({ ...now, audience: { ...now.audience, when } })),
      );
    },
    problemsAt: (path: string) => editing.problems.filter((problem) => problem.path === path),
    start() {
      const stops = [editing.start(), runs.start(), insights.start()];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
