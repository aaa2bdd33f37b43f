import { isDerived, referencesOf } from '../contact/derived.ts';
import { keptFor } from '../contact/kept.ts';
import type { FactReference } from '../documents/common.ts';
import type { Fact, Source } from '../documents/facts.ts';
import type { Library } from '../documents/index.ts';
import type { Place } from './conditions.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, problem } from './problems.ts';

/** Days of sums that the head of one contact may hold in all: about 100 kB of the 400 kB that storage takes. */
const keptDays = 4000;

const numeric: readonly Source['kind'][] = ['sum', 'usual-interval', 'change', 'figure', 'formula'];

/** Checks a fact that is computed: of its type, from fields and facts that exist, and not from itself. */
export function checkComputed(fact: Fact, root: string, place: Place, library: Library): Problem[] {
  const { source } = fact;
  const own = numeric.includes(source.kind) && fact.type !== 'number' ? [wrongType(place, 'number')] : [];
  if (source.kind === 'sum' || source.kind === 'change')
    return [...own, ...checkField(source, place, library)];
  if (!isDerived(source)) return own;
  return [
    ...own,
    ...referencesOf(source).flatMap((reference) => checkOperand(reference, place, library)),
    ...(source.kind === 'bands' ? checkBands(fact, source, place) : []),
    ...(leadsTo(source, { fact: root, path: fact.path }, library)
      ? [
          problem(
            'circular-fact',
            place.document,
            `${place.path}.source`,
            `"${fact.path}" follows from itself.`,
          ),
        ]
      : []),
  ];
}

const wrongType = ({ document, path }: Place, type: string): Problem =>
  problem('wrong-type', document, `${path}.type`, `Its source gives a value of type ${type}.`);

function checkField(
  { event, field }: Extract<Source, { kind: 'sum' | 'change' }>,
  { document, path }: Place,
  library: Library,
): Problem[] {
  const payload = library.events.get(event)?.payload;
  if (!payload || field === undefined) return [];
  const at = `${path}.source.field`;
  const found = Object.hasOwn(payload, field) ? payload[field] : undefined;
  if (!found)
    return [
      problem(
        'not-in-payload',
        document,
        at,
        `"${event}" has no field "${field}".${didYouMean(field, Object.keys(payload))}`,
      ),
    ];
  if (found.type === 'number') return [];
  return [problem('wrong-type', document, at, `"${field}" is of type ${found.type}; only numbers add up.`)];
}

function checkOperand(
  { fact, path: of }: FactReference,
  { document, path }: Place,
  library: Library,
): Problem[] {
  const found = factAt({ fact, path: of }, library);
  if (!found) return [problem('unknown-fact', document, `${path}.source.of`, `There is no "${fact} ${of}".`)];
  if (found.type === 'number') return [];
  return [
    problem(
      'wrong-type',
      document,
      `${path}.source.of`,
      `"${fact} ${of}" is of type ${found.type}, not number.`,
    ),
  ];
}

function checkBands(
  fact: Fact,
  { bands, below }: Extract<Source, { kind: 'bands' }>,
  place: Place,
): Problem[] {
  const { document, path } = place;
  const problems = bands
    .map(({ from }, index) => ({ index, unreachable: index > 0 && from >= (bands[index - 1]?.from ?? 0) }))
    .filter(({ unreachable }) => unreachable)
    .map(({ index }) =>
      problem(
        'unreachable-band',
        document,
        `${path}.source.bands.${index}`,
        'The band before begins lower or at the same value.',
      ),
    );
  if (fact.type !== 'enum') return [...problems, wrongType(place, 'enum')];
  for (const name of [...bands.map(({ is }) => is), below])
    if (!fact.values.includes(name))
      problems.push(
        problem('value-outside-fact', document, `${path}.source`, `"${name}" is not among the values.`),
      );
  return problems;
}

/** Whether what a fact follows from leads back to it. */
function leadsTo(
  source: Source,
  target: FactReference,
  library: Library,
  passed = new Set<string>(),
): boolean {
  if (!isDerived(source)) return false;
  return referencesOf(source).some((reference) => {
    if (reference.fact === target.fact && reference.path === target.path) return true;
    const name = `${reference.fact} ${reference.path}`;
    if (passed.has(name)) return false;
    passed.add(name);
    const found = factAt(reference, library);
    return found !== undefined && leadsTo(found.source, target, library, passed);
  });
}

const factAt = ({ fact, path }: FactReference, library: Library): Fact | undefined =>
  library.facts.get(fact)?.facts.find((candidate) => candidate.path === path);

/** The head of a contact is one item of limited size, and is read at each of the contact's events. */
export function checkKept(library: Library): Problem[] {
  const sums = [...keptFor(library.facts.values()).values()].flatMap(({ days }) => [...days]);
  const days = sums.reduce((sum, [, each]) => sum + each, 0);
  const [first] = library.facts.keys();
  if (days <= keptDays || first === undefined) return [];

  const what = `The ${sums.length} sums need ${days} days; ${keptDays} is the limit.`;
  return [problem('keeps-too-much', `facts/${first}`, 'facts', what)];
}
