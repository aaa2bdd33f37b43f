import { rowMapper } from '@baton/functions/import/map-row.ts';
import { parseMapping } from '@baton/functions/import/mapping.ts';
import type { Row } from '@baton/functions/import/read-rows.ts';
import { renderTemplate } from '@baton/functions/use-cases/render-template.ts';
import { check } from '@baton/rules/check/check.ts';
import type { Problem } from '@baton/rules/check/problems.ts';
import { evaluateAllUntraced } from '@baton/rules/conditions/evaluator.ts';
import { decideRules } from '@baton/rules/decide/rules.ts';
import { decideTable } from '@baton/rules/decide/table.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { compile } from '@baton/rules/journey/compile.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { aLibrary } from './documents.ts';
import type { HostileDocument, HostileKind } from './hostile-documents.ts';

/** What became of a document: refused with the paths of its problems, or used as it would be used in earnest. */
export type Fate =
  | { kind: 'refused'; paths: string[]; said: string }
  | { kind: 'done' }
  | { kind: 'crashed'; said: string };

export type Met = { kind: HostileKind; attack: string; ms: number; fate: Fate };

/** Meets a document and takes the processor time of this thread, in which nobody else on the machine counts. */
export async function meetTimed(document: HostileDocument): Promise<Met> {
  const { kind, attack } = document;
  const before = process.threadCpuUsage();
  const fate = await meet(document).catch(
    (error: unknown): Fate => ({
      kind: 'crashed',
      said: String(error instanceof Error ? error.stack : error),
    }),
  );
  const { user, system } = process.threadCpuUsage(before);
  return { kind, attack, ms: (user + system) / 1000, fate };
}

const facts: Record<string, JsonObject> = {
  contact: {
    tier: 'gold',
    name: 'a'.repeat(200),
    tags: ['vip', 'a'.repeat(200)],
    score: 5,
    constructor: 'own',
    deep: { deeper: { deepest: 1 } },
  },
  constructor: { tier: 'gold' },
  event: { type: 'order.placed', orderId: 'A1' },
};
const occasion = { stage: null, now: '2026-03-01T09:00:00.000Z', dice: () => 5 };
const cells = new Map<string, string>([
  ['id', 'A1'],
  ['customer', 'c-1'],
  ['at', `${'a'.repeat(50)}!`],
  ['items', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;b'],
]);

const row: Row = { kind: 'row', line: 2, after: { offset: 0, line: 2 }, cells };

/** Takes a document as far as it gets: read, checked, compiled, and decided, rendered or mapped. */
async function meet({ kind, input }: HostileDocument): Promise<Fate> {
  switch (kind) {
    case 'best-practice': {
      const parsed = parseDocument(kind, input);
      if (!parsed.ok) return refused(parsed.problems);
      await decideRules([parsed.document], facts, occasion);
      await decideRules([parsed.document], facts, occasion, evaluateAllUntraced);
      return checked({ ...aLibrary(), [kind]: new Map([[parsed.document.id, parsed.document]]) });
    }
    case 'tables': {
      const parsed = parseDocument(kind, input);
      if (!parsed.ok) return refused(parsed.problems);
      const fate = checked({ ...aLibrary(), [kind]: new Map([[parsed.document.id, parsed.document]]) });
      if (fate.kind === 'done') await decideTable(parsed.document, facts);
      return fate;
    }
    case 'journeys': {
      const parsed = parseDocument(kind, input);
      if (!parsed.ok) return refused(parsed.problems);
      const fate = checked({ ...aLibrary(), [kind]: new Map([[parsed.document.id, parsed.document]]) });
      if (fate.kind === 'done') compile(parsed.document, { version: 1 });
      return fate;
    }
    case 'templates': {
      const parsed = parseDocument(kind, input);
      if (!parsed.ok) return refused(parsed.problems);
      const rendered = await renderTemplate(parsed.document, structuredClone(facts), async () => undefined);
      return rendered.ok ? { kind: 'done' } : { kind: 'refused', paths: ['body'], said: rendered.reason };
    }
    case 'mapping': {
      const parsed = parseMapping(input);
      if ('problems' in parsed)
        return {
          kind: 'refused',
          paths: parsed.problems.map(({ path }) => path),
          said: parsed.problems[0]?.reason ?? '',
        };
      const map = rowMapper(parsed.mapping, { lookups: new Map(), modifiedAt: occasion.now });
      map(row);
      return { kind: 'done' };
    }
  }
}

function checked(library: Library): Fate {
  const errors = check(library).filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? refused(errors) : { kind: 'done' };
}

function refused(problems: readonly Problem[]): Fate {
  return {
    kind: 'refused',
    paths: problems.map(({ path }) => path),
    said: problems[0]?.message ?? '',
  };
}
