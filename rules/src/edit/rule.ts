import type { BestPractice, RuleAction, RuleParameter } from '../documents/best-practice.ts';
import { type Edited, edited, refused } from './edited.ts';

type EditedRule = Edited<BestPractice>;
type Test = BestPractice['tests'][number];

/** Fields of a rule that are said in one piece. `undefined` takes an optional one away. */
export type RuleFields = Partial<
  Pick<BestPractice, 'title' | 'why' | 'priority' | 'reviewBy'> & {
    conflictGroup: string | undefined;
    cooldown: string | undefined;
    rollout: BestPractice['rollout'] | undefined;
    success: BestPractice['success'];
  }
>;

export function changeRule(rule: BestPractice, fields: RuleFields): EditedRule {
  const { cooldown, ...own } = fields;
  const refusal = refusalOf(fields);
  if (refusal) return refused(refusal);
  const trigger = 'cooldown' in fields ? { ...rule.trigger, cooldown } : rule.trigger;
  return edited(withoutGaps({ ...rule, ...own, trigger: withoutGaps(trigger) }));
}

function refusalOf({ priority, rollout }: RuleFields): string | undefined {
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 1 && priority <= 1000))
    return 'The priority is a whole number from 1 to 1000.';
  const shares = rollout ? [rollout.percent, rollout.holdoutPercent] : [];
  return shares.every((share) => share >= 0 && share <= 100)
    ? undefined
    : 'A share lies between 0 and 100 %.';
}

/** "any" and "none" exclude nothing else, but a rule for every stage needs no other named. */
export function toggleStage(rule: BestPractice, stage: string): EditedRule {
  const left = rule.stages.filter((one) => one !== stage);
  if (left.length < rule.stages.length)
    return left.length === 0
      ? refused('A rule needs at least one stage. Choose another first.')
      : edited({ ...rule, stages: left });
  return edited({
    ...rule,
    stages: stage === 'any' ? ['any'] : [...left.filter((one) => one !== 'any'), stage],
  });
}

export function toggleTrigger(rule: BestPractice, event: string): EditedRule {
  const { events } = rule.trigger;
  const left = events.filter((one) => one !== event);
  if (left.length === events.length) left.push(event);
  if (left.length === 0)
    return refused('A rule needs at least one event that makes it look. Choose another first.');
  return edited({ ...rule, trigger: { ...rule.trigger, events: left } });
}

/** What a rule does is replaced as a whole, because each kind has parameters of its own. */
export function changeAction(rule: BestPractice, event: RuleAction): EditedRule {
  return edited({ ...rule, event });
}

/** Another value of one parameter; `undefined` takes an optional one away. Whether it fits, the check says. */
export function changeParameter(
  rule: BestPractice,
  name: string,
  value: RuleParameter | undefined,
): EditedRule {
  const params = withoutGaps({ ...rule.event.params, [name]: value });
  const event = { ...rule.event, params };
  return isAction(event) ? edited({ ...rule, event }) : refused(`“${name}” cannot be missing here.`);
}

/** The parameters of an action with their types, whatever is still wrong with their values. */
function isAction(event: { type: RuleAction['type']; params: object }): event is RuleAction {
  const needed: Readonly<Record<RuleAction['type'], readonly string[]>> = {
    'journey.enrol': ['journey'],
    'task.create': ['queue', 'title', 'due'],
    'case.open': ['title', 'queue', 'priority', 'serviceLevel', 'key'],
    'stage.enter': ['stage'],
    'owner.assign': ['person', 'title', 'due'],
    'contact.update': ['attribute', 'value'],
  };
  return needed[event.type].every((name) => Object.hasOwn(event.params, name));
}

/** Keeps a try as a test. A test of the same name is replaced. */
export function keepTest(rule: BestPractice, test: Test): EditedRule {
  if (test.name.trim() === '') return refused('Give the test a name that says what it is about.');
  if (test.name.length > 120) return refused('The name of a test has 120 characters at most.');
  const index = rule.tests.findIndex(({ name }) => name === test.name);
  const tests = index < 0 ? [...rule.tests, test] : rule.tests.with(index, test);
  return edited({ ...rule, tests });
}

export function removeTest(rule: BestPractice, name: string): EditedRule {
  const tests = rule.tests.filter((test) => test.name !== name);
  if (tests.length === rule.tests.length) return refused('The test is not there any more.');
  return tests.length === 0 ? refused('A rule needs at least one test.') : edited({ ...rule, tests });
}

function withoutGaps<T extends object>(value: T): T {
  const copy = { ...value };
  for (const key of Object.keys(copy))
    if (Reflect.get(copy, key) === undefined) Reflect.deleteProperty(copy, key);
  return copy;
}
