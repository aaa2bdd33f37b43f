import { parseInstant } from '../conditions/instant.ts';
import type { PayloadField } from '../documents/event.ts';
import type { EventDocument, FactsDocument, Library } from '../documents/index.ts';
import { checkComputed, checkKept } from './computed-facts.ts';
import { checkEvent } from './names.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, problem } from './problems.ts';
import { reservedRoots } from './scope.ts';

/** Checks what everything else builds on: the catalogues of facts and of events. */
export function checkCatalogues(library: Library): Problem[] {
  return [
    ...[...library.facts.values()].flatMap((document) => checkFacts(document, library)),
    ...checkKept(library),
    ...[...library.events.values()].flatMap((document) => checkEventDocument(document, library)),
  ];
}

function checkFacts({ id, facts }: FactsDocument, library: Library): Problem[] {
  const document = `facts/${id}`;
  const problems = reservedRoots.includes(id)
    ? [problem('reserved-root', document, 'id', `"${id}" cannot be the name of a facts document.`)]
    : [];
  for (const [index, fact] of facts.entries()) {
    const path = `facts.${index}`;
    const rival = facts.slice(0, index).find((other) => collide(other.path, fact.path));
    if (rival)
      problems.push(
        problem('duplicate-fact', document, `${path}.path`, `"${fact.path}" collides with "${rival.path}".`),
      );
    if ('event' in fact.source)
      problems.push(...checkEvent(fact.source.event, { document, path: `${path}.source.event` }, library));
    problems.push(...checkComputed(fact, id, { document, path }, library));
    problems.push(...checkRange(fact, { document, path }));
  }
  return problems;
}

/** One path cannot hold a value and at the same time further values below it. */
function collide(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

function checkRange(
  field: { type: string; min?: number; max?: number },
  { document, path }: { document: string; path: string },
): Problem[] {
  if (field.min === undefined || field.max === undefined || field.min <= field.max) return [];
  return [
    problem('empty-range', document, path, `The smallest value is ${field.min}, the largest ${field.max}.`),
  ];
}

function checkIdentifiers({ id, payload, identifies = [] }: EventDocument): Problem[] {
  return identifies.flatMap(({ from }, index) => {
    const field = payload[from.slice(2)];
    const place = `identifies.${index}.from`;
    if (!field)
      return [
        problem(
          'not-in-payload',
          `events/${id}`,
          place,
          `The payload has no "${from}".${didYouMean(from.slice(2), Object.keys(payload))}`,
        ),
      ];
    if (field.type === 'text' || field.type === 'number') return [];
    return [
      problem(
        'wrong-type',
        `events/${id}`,
        place,
        `"${from}" is of type ${field.type}; texts and numbers identify.`,
      ),
    ];
  });
}

function checkEventDocument(event: EventDocument, library: Library): Problem[] {
  const { id, payload, sample, sets = [] } = event;
  const document = `events/${id}`;
  const problems = checkIdentifiers(event);
  for (const [name, field] of Object.entries(payload)) {
    problems.push(...checkRange(field, { document, path: `payload.${name}` }));
    const value = sample[name];
    if (value === undefined && field.required)
      problems.push(problem('bad-sample', document, 'sample', `"${name}" is required and missing.`));
    if (value !== undefined && !fits(field, value))
      problems.push(
        problem(
          'bad-sample',
          document,
          `sample.${name}`,
          `${JSON.stringify(value)} does not fit "${name}" of type ${field.type}.`,
        ),
      );
  }
  for (const name of Object.keys(sample))
    if (!Object.hasOwn(payload, name))
      problems.push(problem('bad-sample', document, `sample.${name}`, `"${name}" is not in the payload.`));

  const attributes = library.facts.get('contact')?.facts ?? [];
  for (const [index, { attribute, from }] of sets.entries()) {
    const path = `sets.${index}`;
    const field = payload[from.slice(2)];
    const fact = attributes.find((candidate) => candidate.path === attribute);
    if (!field)
      problems.push(
        problem(
          'unknown-fact',
          document,
          `${path}.from`,
          `The payload has no "${from}".${didYouMean(from.slice(2), Object.keys(payload))}`,
        ),
      );
    if (!fact)
      problems.push(
        problem(
          'unknown-fact',
          document,
          `${path}.attribute`,
          `The contact has no attribute "${attribute}".${didYouMean(
            attribute,
            attributes.map((known) => known.path),
          )}`,
        ),
      );
    else if (fact.source.kind !== 'attribute')
      problems.push(
        problem(
          'not-an-attribute',
          document,
          `${path}.attribute`,
          `"${attribute}" is computed ("${fact.source.kind}").`,
        ),
      );
    else if (field && !alike(field.type, fact.type))
      problems.push(
        problem(
          'wrong-type',
          document,
          path,
          `"${from}" is of type ${field.type}, "${attribute}" of type ${fact.type}.`,
        ),
      );
  }
  return problems;
}

function alike(a: PayloadField['type'], b: PayloadField['type']): boolean {
  return a === b || (a === 'enum' && b === 'text');
}

function fits(field: PayloadField, value: unknown): boolean {
  switch (field.type) {
    case 'number':
      return (
        typeof value === 'number' && value >= (field.min ?? -Infinity) && value <= (field.max ?? Infinity)
      );
    case 'text':
      return typeof value === 'string' && value.length <= (field.maxLength ?? Infinity);
    case 'enum':
      return typeof value === 'string' && field.values.includes(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return parseInstant(value) !== undefined;
    case 'list':
      return Array.isArray(value);
  }
}
