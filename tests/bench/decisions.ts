import { cpus } from 'node:os';
import type { Root } from '@baton/rules/conditions/condition.ts';
import { evaluateAll, type Facts } from '@baton/rules/conditions/evaluate.ts';
import { evaluateAllUntraced, evaluatorOf } from '@baton/rules/conditions/evaluator.ts';
import { decideRules, type Occasion } from '@baton/rules/decide/rules.ts';
import type { BestPractice } from '@baton/rules/documents/index.ts';
import { aRule, leaf } from '../support/documents.ts';
import { seededRandom } from '../support/synthetic-events.ts';

/**
 * Decisions per second by json-rules-engine and by the compiled evaluator, on the same rules and contacts:
 * `node tests/bench/decisions.ts [ROUNDS]`.
 */
const rounds = Number(process.argv[2] ?? 5);
const msEach = 700;
const contacts = 1000;

console.info(`A rule decision is one rule decided for one contact: its condition read on that contact's facts, outcome
true, false or unknown. A set is all N rules decided for one contact, so sets/s are contacts/s.
  outcomes   json-rules-engine: evaluateAll, with the trace and the unknown facts that it always gives
             compiled: the outcome of each rule and nothing else
  decisions  decideRules with either: stages, dates, rollout and holdout, conflict groups, actions; compiled without a trace
Not measured: reading facts from a store, writing what was decided, and compiling, which happens once per document.
${contacts} contacts, a fifth of their facts absent; one thread of ${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version};
median of ${rounds} rounds of ${msEach} ms, the ways in turn; by wall clock, and by processor time since others may use the machine.
`);

const random = seededRandom('decisions');
const pick = <T>(values: readonly [T, ...T[]]): T =>
  values[Math.floor(random() * values.length)] ?? values[0];
const below = (limit: number): number => Math.floor(random() * limit);
const dayOf2026 = (day: number): string => new Date(Date.UTC(2026, 0, 1 + day)).toISOString();

const tiers = ['gold', 'silver', 'bronze'] as const;
const tags = ['vip', 'late-payer', 'newsletter', 'returned'] as const;

/** Three to five comparisons of mixed types, as the shipped rules have; one in four rules holds a group in a group. */
function condition(): Root {
  const comparisons = [
    () => leaf('contact', '$.tier', 'equal', pick(tiers)),
    () => leaf('contact', '$.score', pick(['greaterThan', 'lessThan'] as const), below(100)),
    () => leaf('contact', '$.value.year', 'between', [below(500), 500 + below(500)]),
    () => leaf('contact', '$.consent.email', 'known:equal', true),
    () => leaf('contact', '$.tags', 'contains', pick(tags)),
    () => leaf('contact', '$.country', 'in', ['DE', 'AT', pick(['CH', 'FR', 'IT'] as const)]),
    () => leaf('contact', '$.lastOrderAt', 'withinLast', `P${1 + below(90)}D`),
    () => leaf('contact', '$.renewalAt', 'dateBefore', dayOf2026(below(365))),
    () => leaf('contact', '$.spent', 'greaterThan', { fact: 'contact', path: '$.limit' }),
    () => leaf('event', '$.amount', 'greaterThanInclusive', below(200)),
  ] as const;
  const some = () => Array.from({ length: 2 + below(2) }, () => pick(comparisons)());
  if (random() < 0.25) return { all: [...some(), { any: some() }] };
  return { all: [...some(), { not: leaf('contact', '$.openCases', 'known:greaterThan', below(3)) }] };
}

function contact(): Facts {
  const values: [string, () => Facts[string][string]][] = [
    ['tier', () => pick(tiers)],
    ['score', () => below(100)],
    ['value', () => ({ year: below(1000) })],
    ['consent', () => ({ email: random() < 0.7 })],
    ['tags', () => tags.filter(() => random() < 0.3)],
    ['country', () => pick(['DE', 'AT', 'CH', 'NL'] as const)],
    ['lastOrderAt', () => dayOf2026(below(365))],
    ['renewalAt', () => dayOf2026(below(365))],
    ['spent', () => below(300)],
    ['limit', () => below(300)],
    ['openCases', () => below(3)],
  ];
  const known = values.filter(() => random() < 0.8).map(([name, draw]) => [name, draw()]);
  return {
    contact: Object.fromEntries(known),
    event: { type: 'order.placed', amount: below(250) },
    clock: { now },
  };
}

function rule(_: unknown, index: number): BestPractice {
  return aRule({
    id: `rule-${index}`,
    conditions: condition(),
    priority: 1 + (index % 1000),
    ...(index % 3 === 0 ? { conflictGroup: `group-${index % 5}` } : {}),
    ...(index % 4 === 0 ? { rollout: { percent: 80, holdoutPercent: 10, salt: `${index}` } } : {}),
  });
}

const now = '2026-07-01T09:00:00.000Z';
const at: Occasion = { stage: null, now, dice: (salt) => (salt.length * 7919) % 100 };
const snapshots = Array.from({ length: contacts }, contact);
const [noFacts = {}] = snapshots;

/** Sets decided per second of wall clock, and per second of processor time: others may use the machine too. */
type Pace = { wall: number; processor: number };
type Way = { name: string; decide: (facts: Facts) => unknown; paces: Pace[] };

for (const size of [10, 100, 300]) {
  const rules = Array.from({ length: size }, rule);
  const roots = rules.map(({ conditions }) => conditions);
  const outcomesOf = roots.map((root) => evaluatorOf(root).outcomeOf);
  await agree(rules, roots);
  const ways: Way[] = [
    way('outcomes   json-rules-engine', (facts) => evaluateAll(roots, facts)),
    way('outcomes   compiled', (facts) => {
      let fires = 0;
      for (const outcomeOf of outcomesOf) if (outcomeOf(facts) === 'true') fires += 1;
      return fires;
    }),
    way('decisions  json-rules-engine', (facts) => decideRules(rules, facts, at)),
    way('decisions  compiled', (facts) => decideRules(rules, facts, at, evaluateAllUntraced)),
  ];
  for (const each of ways) await paceOf(each, msEach / 2); // warms up
  for (let round = 0; round < rounds; round++)
    for (const each of ways) each.paces.push(await paceOf(each, msEach));

  console.info(`${size} rules, ${firing(roots)} of them fire for a contact in the middle`);
  for (const { name, paces } of ways) report(name, paces, size);
}

function way(name: string, decide: Way['decide']): Way {
  return { name, decide, paces: [] };
}

async function paceOf({ decide }: Way, ms: number): Promise<Pace> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  let sets = 0;
  do {
    for (let more = 0; more < 10; more++) {
      const decided = decide(snapshots[sets % contacts] ?? noFacts);
      if (decided instanceof Promise) await decided;
      sets += 1;
    }
  } while (performance.now() - start < ms);
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (sets * 1000) / (performance.now() - start), processor: (sets * 1e6) / (user + system) };
}

function report(name: string, paces: readonly Pace[], size: number): void {
  const wall = paces.map((pace) => pace.wall).toSorted((a, b) => a - b);
  const processor = medianOf(paces.map((pace) => pace.processor));
  const text = (value: number) => Math.round(value).toLocaleString('en');
  console.info(
    `  ${name.padEnd(28)} ${text(medianOf(wall) * size).padStart(10)} rule decisions/s  ${text(medianOf(wall)).padStart(8)} sets of ${size}/s` +
      ` (${text(wall[0] ?? 0)} to ${text(wall.at(-1) ?? 0)});  ${text(processor * size).padStart(10)} rule decisions per s of processor`,
  );
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** A fast wrong answer is worth nothing. */
async function agree(rules: readonly BestPractice[], roots: readonly Root[]): Promise<void> {
  for (const facts of snapshots.slice(0, 50)) {
    const traced = await decideRules(rules, facts, at);
    const untraced = await decideRules(rules, facts, at, evaluateAllUntraced);
    const verdicts = await evaluateAll(roots, facts);
    const same =
      traced.every(
        ({ verdict, by }, index) => verdict === untraced[index]?.verdict && by === untraced[index]?.by,
      ) &&
      verdicts.every(
        (verdict, index) =>
          'outcome' in verdict &&
          verdict.outcome === evaluatorOf(roots[index] ?? { all: [] }).outcomeOf(facts),
      );
    if (!same)
      throw new Error(`json-rules-engine and the compiled evaluator disagree on ${JSON.stringify(facts)}`);
  }
}

function firing(roots: readonly Root[]): number {
  return medianOf(
    snapshots.map((facts) => roots.filter((root) => evaluatorOf(root).outcomeOf(facts) === 'true').length),
  );
}
