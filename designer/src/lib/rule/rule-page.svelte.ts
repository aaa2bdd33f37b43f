import type { Problem } from '@baton/rules/check/problems.ts';
import type { Root } from '@baton/rules/conditions/condition.ts';
import type { TestResult } from '@baton/rules/decide/run-tests.ts';
import type { EditedCondition } from '@baton/rules/edit/conditions.ts';
import { withCondition } from '@baton/rules/edit/conditions.ts';
import { factsInScope, noFacts } from '#lib/conditions/facts-in-scope.ts';
import { keepReach } from '#lib/conditions/reach.svelte.ts';
import { comingLibrary } from '#lib/document/coming-library.svelte.ts';
import { createEditing } from '#lib/document/editing.svelte.ts';
import { createTrial } from './trial.svelte.ts';

export type RulePage = ReturnType<typeof createRulePage>;

/** One rule on the screen: the document, what it may ask, whom it reaches, how its tests go, and what is tried on it. */
export function createRulePage(id: string) {
  const editing = createEditing('best-practice', id);
  let results = $state.raw<TestResult[]>([]);
  let turn = 0;

  const rule = $derived(editing.document);
  const events = $derived(rule?.trigger.events.join(' ') ?? '');
  const scope = $derived.by(() => {
    const library = comingLibrary();
    return library ? factsInScope(library, { events: events.split(' ') }) : noFacts;
  });
  const reach = keepReach(() => rule && { stages: rule.stages, conditions: rule.conditions });
  const trial = createTrial(
    () => rule,
    () => scope,
  );

  $effect(() => {
    const now = rule;
    turn += 1;
    const mine = turn;
    if (!now) return;
    import('./deciding.ts')
      .then(({ runRuleTests }) => runRuleTests(now))
      .then(
        (answer) => {
          if (mine === turn) results = answer;
        },
        () => {
          if (mine === turn) results = [];
        },
      );
  });

  /** Problems below a field, their paths without it. */
  function problemsBelow(field: string): Problem[] {
    return editing.problems
      .filter(({ path }) => path === field || path.startsWith(`${field}.`))
      .map((problem) => ({ ...problem, path: problem.path.slice(field.length + 1) }));
  }

  return {
    editing,
    trial,
    reach,
    get rule() {
      return rule;
    },
    get scope() {
      return scope;
    },
    get library() {
      return comingLibrary();
    },
    get results() {
      return results;
    },
    problemsBelow,
    changeCondition(label: string, edit: (root: Root) => EditedCondition): string | undefined {
      return editing.change(label, (document) =>
        withCondition(edit(document.conditions), (conditions) => ({ ...document, conditions })),
      );
    },
  };
}
