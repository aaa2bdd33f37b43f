/** What decides, in one file that comes when something is decided: no page needs it to be shown. */
export { evaluate } from '@baton/rules/conditions/evaluate.ts';
export { smallestChange } from '@baton/rules/conditions/smallest-change.ts';
export { runHandoverTests, runRuleTests, runTableTests } from '@baton/rules/decide/run-tests.ts';
export { decideTable } from '@baton/rules/decide/table.ts';
