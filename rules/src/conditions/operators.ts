import { type Engine, Operator, OperatorDecorator } from 'json-rules-engine';
import { parseDuration } from '../time/duration.ts';
import { parseInstant } from './instant.ts';
import { isAbsent } from './path.ts';

type Test = (fact: unknown, value: unknown) => boolean;

/** The same with the instant that `withinLast` counts back from. */
export type TimedTest = (fact: unknown, value: unknown, now: number | undefined) => boolean;

/**
 * What each operator means. Every one is total: a fact or value of another type gives `false`, never an exception and
 * never a coerced comparison. json-rules-engine's own ones compare texts with numbers, find "b" in "abc" and throw on
 * `in` without a list, so they are replaced too; on the types they are made for they mean what they always meant.
 */
const timeless: Record<string, Test> = {
  equal: (fact, value) => fact === value,
  notEqual: (fact, value) => fact !== value,
  lessThan: ofNumbers((fact, value) => fact < value),
  lessThanInclusive: ofNumbers((fact, value) => fact <= value),
  greaterThan: ofNumbers((fact, value) => fact > value),
  greaterThanInclusive: ofNumbers((fact, value) => fact >= value),
  in: (fact, value) => Array.isArray(value) && value.includes(fact),
  notIn: (fact, value) => Array.isArray(value) && !value.includes(fact),
  contains: (fact, value) => Array.isArray(fact) && fact.includes(value),
  doesNotContain: (fact, value) => Array.isArray(fact) && !fact.includes(value),
  isKnown: (fact, value) => typeof value === 'boolean' && !isAbsent(fact) === value,
  between: isBetween,
  dateBefore: ofInstants((fact, value) => fact < value),
  dateAfter: ofInstants((fact, value) => fact > value),
  textContains: ofTexts((fact, value) => fact.includes(value)),
  textStartsWith: ofTexts((fact, value) => fact.startsWith(value)),
};

const timelessOperators = Object.entries(timeless).map(([name, test]) => new Operator(name, test));

/**
 * `known:` lets a leaf be false while either side is unknown, `orUnknown:` lets it be true. They are decorators of
 * json-rules-engine, so that the engine itself gives an absent fact its meaning.
 */
const decorators = [
  new OperatorDecorator<unknown, unknown, unknown, unknown>(
    'known',
    (fact, value, next) => !isAbsent(fact) && !isAbsent(value) && next(fact, value),
  ),
  new OperatorDecorator<unknown, unknown, unknown, unknown>(
    'orUnknown',
    (fact, value, next) => isAbsent(fact) || isAbsent(value) || next(fact, value),
  ),
];

/** Gives one engine Baton's operators; `now` is what `withinLast` counts back from. */
export function installOperators(engine: Engine, now: number | undefined): void {
  for (const operator of timelessOperators) engine.addOperator(operator);
  engine.addOperator(new Operator('withinLast', (fact, value) => isWithinLast(fact, value, now)));
  for (const decorator of decorators) engine.addOperatorDecorator(decorator);
}

/**
 * The test that an operator with its decorators names, for whoever decides without json-rules-engine. `literal` is the
 * value where it is no reference: what it says is then read once and not at every decision.
 */
export function testOf(operator: string, literal: unknown): TimedTest {
  const words = operator.split(':');
  const base = words.pop() ?? '';
  const test = testWith(base, literal) ?? (base === 'withinLast' ? isWithinLast : timeless[base]);
  if (!test) throw new Error(`there is no operator "${base}"`);
  return words.reduceRight(decorate, test);
}

/** No comparison holds with NaN, which stands for what is no instant or span. */
function testWith(base: string, literal: unknown): TimedTest | undefined {
  const limit = parseInstant(literal) ?? Number.NaN;
  const span = spanOf(literal) ?? Number.NaN;
  switch (literal === undefined ? '' : base) {
    case 'dateBefore':
      return (fact) => (parseInstant(fact) ?? Number.NaN) < limit;
    case 'dateAfter':
      return (fact) => (parseInstant(fact) ?? Number.NaN) > limit;
    case 'withinLast':
      return (fact, _, now = Number.NaN) => {
        const at = parseInstant(fact) ?? Number.NaN;
        return at <= now && at >= now - span;
      };
    default:
      return undefined;
  }
}

/** What json-rules-engine's decorators do, and ours. */
function decorate(next: TimedTest, decorator: string): TimedTest {
  switch (decorator) {
    case 'known':
      return (fact, value, now) => !isAbsent(fact) && !isAbsent(value) && next(fact, value, now);
    case 'orUnknown':
      return (fact, value, now) => isAbsent(fact) || isAbsent(value) || next(fact, value, now);
    case 'not':
      return (fact, value, now) => !next(fact, value, now);
    case 'someFact':
      return (fact, value, now) => Array.isArray(fact) && fact.some((entry) => next(entry, value, now));
    case 'everyFact':
      return (fact, value, now) => Array.isArray(fact) && fact.every((entry) => next(entry, value, now));
    default:
      throw new Error(`there is no decorator "${decorator}"`);
  }
}

function isWithinLast(fact: unknown, value: unknown, now: number | undefined): boolean {
  const at = parseInstant(fact);
  const span = spanOf(value);
  return at !== undefined && span !== undefined && now !== undefined && at <= now && at >= now - span;
}

function isBetween(fact: unknown, value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [low, high]: unknown[] = value;
  return (
    typeof fact === 'number' &&
    typeof low === 'number' &&
    typeof high === 'number' &&
    low <= fact &&
    fact <= high
  );
}

function spanOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

function ofNumbers(test: (fact: number, value: number) => boolean): Test {
  return (fact, value) => typeof fact === 'number' && typeof value === 'number' && test(fact, value);
}

function ofTexts(test: (fact: string, value: string) => boolean): Test {
  return (fact, value) => typeof fact === 'string' && typeof value === 'string' && test(fact, value);
}

function ofInstants(test: (fact: number, value: number) => boolean): Test {
  return (fact, value) => {
    const [left, right] = [parseInstant(fact), parseInstant(value)];
    return left !== undefined && right !== undefined && test(left, right);
  };
}
