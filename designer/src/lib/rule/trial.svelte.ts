import type { ContactLine } from '@baton/functions/api/views.ts';
import type { Root } from '@baton/rules/conditions/condition.ts';
import { isReference } from '@baton/rules/conditions/condition.ts';
import type { Verdict } from '@baton/rules/conditions/evaluate.ts';
import { distinct, type Facts, factsFrom, resolveReference, withFact } from '@baton/rules/conditions/path.ts';
import type { SmallestChange } from '@baton/rules/conditions/smallest-change.ts';
import { leavesOf } from '@baton/rules/conditions/walk.ts';
import type { BestPractice } from '@baton/rules/documents/best-practice.ts';
import type { FactReference } from '@baton/rules/documents/common.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { HostError, readContact, readContacts } from '#lib/api.ts';
import type { FactScope } from '#lib/conditions/facts-in-scope.ts';
import { liveLibrary } from '#lib/document/live-library.svelte.ts';
import { hostNow } from '#lib/time/host-clock.svelte.ts';

/** A rule held against facts: those of a contact, of one of its tests, or made by hand. Everything is decided in the browser. */
export function createTrial(rule: () => BestPractice | undefined, scope: () => FactScope) {
  let facts = $state.raw<Facts>();
  let about = $state('');
  let verdict = $state.raw<Verdict>();
  let change = $state.raw<SmallestChange>();
  let broken = $state('');
  let found = $state.raw<ContactLine[]>();
  let failure = $state('');
  let turn = 0;

  /** What the rule reads: its conditions and the values that its action takes from the facts. */
  const read = $derived.by((): FactReference[] => {
    const now = rule();
    return now ? factsRead(now) : [];
  });

  $effect(() => {
    const now = rule()?.conditions;
    if (now && facts) void decide(now, facts);
  });

  async function decide(root: Root, held: Facts): Promise<void> {
    turn += 1;
    const mine = turn;
    try {
      const { evaluate, smallestChange } = await import('./deciding.ts');
      const answer = await evaluate(root, held);
      if (mine !== turn) return;
      verdict = answer;
      change = smallestChange(root, held, answer.outcome === 'true' ? 'false' : 'true', (reference) =>
        scope().find(reference),
      );
      broken = '';
    } catch (error) {
      if (mine !== turn) return;
      verdict = undefined;
      change = undefined;
      broken = error instanceof Error ? error.message : String(error);
    }
  }

  function take(given: Facts, words: string): void {
    facts = given;
    about = words;
    failure = '';
  }

  /** An event as its document shows one; a contact alone has none. */
  function sampleEvent(): Record<string, JsonObject> {
    const type = rule()?.trigger.events[0];
    const sample = type ? liveLibrary()?.events.get(type)?.sample : undefined;
    return type ? { event: { ...sample, type, at: now() } } : {};
  }
  const now = () => new Date(hostNow()).toISOString();

  async function search(q: string): Promise<void> {
    try {
      found = q.trim() === '' ? undefined : (await readContacts({ q: q.trim() })).contacts.slice(0, 8);
      failure = '';
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      failure = error.failure.view.error;
    }
  }

  async function useContact({ id, name }: ContactLine): Promise<void> {
    const at = now();
    try {
      const view = await readContact(id, { at });
      const known = (view.asOf?.facts ?? []).reduce<Facts>(
        (held, { fact, path, value }) => (isJson(value) ? withFact(held, { fact, path }, value) : held),
        { ...sampleEvent(), clock: { now: at } },
      );
      found = undefined;
      take(known, name);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      failure = error.failure.view.error;
    }
  }

  return {
    /** Undefined until something is tried. */
    get facts() {
      return facts;
    },
    get about() {
      return about;
    },
    get verdict() {
      return facts ? verdict : undefined;
    },
    get change() {
      return facts ? change : undefined;
    },
    get broken() {
      return broken;
    },
    get found() {
      return found;
    },
    get failure() {
      return failure;
    },
    get read() {
      return read;
    },
    search,
    useContact,
    useTest(test: BestPractice['tests'][number]) {
      take(factsFrom(test.facts), `the test “${test.name}”`);
    },
    byHand() {
      take({ ...sampleEvent(), clock: { now: now() } }, 'facts made by hand');
    },
    set(reference: FactReference, value: Json | undefined) {
      if (!facts) return;
      facts = withFact(facts, reference, value);
      if (!about.endsWith('changed by hand')) about = `${about}, changed by hand`;
    },
    apply() {
      if (!change) return;
      facts = change.facts;
      if (!about.endsWith('changed by hand')) about = `${about}, changed by hand`;
    },
    stop() {
      facts = undefined;
      verdict = undefined;
    },
    /** The facts that the rule reads and nothing else, so that no more of a person is kept in a test than it needs. */
    factsForTest(): Record<string, JsonObject> {
      const held = facts ?? {};
      return read.reduce<Facts>((kept, reference) => {
        const value = resolveReference(reference, held);
        return value === undefined ? kept : withFact(kept, reference, value);
      }, {});
    },
  };
}

function factsRead({ conditions, event }: BestPractice): FactReference[] {
  const leaves = [...leavesOf(conditions, '')].map(({ leaf }) => leaf);
  const compared = leaves.flatMap((leaf) => (isReference(leaf.value) ? [leaf, leaf.value] : [leaf]));
  const given = Object.values<unknown>(event.params).filter(isFactReference);
  const clock = leaves.some(({ operator }) => operator.endsWith('withinLast'))
    ? [{ fact: 'clock', path: '$.now' }]
    : [];
  return distinct([...compared, ...given, ...clock].map(({ fact, path }) => ({ fact, path })));
}

const isFactReference = (value: unknown): value is FactReference =>
  typeof value === 'object' && value !== null && 'fact' in value && 'path' in value;

function isJson(value: unknown): value is Json {
  return value !== undefined && typeof value !== 'function';
}
