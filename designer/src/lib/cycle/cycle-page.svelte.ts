import type { Problem } from '@baton/rules/check/problems.ts';
import { cycleOf } from '@baton/rules/cycle/ways.ts';
import type { HandoverDocument, Library, Stage } from '@baton/rules/documents/index.ts';
import { createContext } from 'svelte';
import { readCycle } from '#lib/api.ts';
import { findProblems } from '#lib/document/check-beside.ts';
import { liveLibrary, readLiveLibrary } from '#lib/document/live-library.svelte.ts';
import { withDocument } from '#lib/document/with-document.ts';
import { keepReading } from '#lib/reading/reading.svelte.ts';
import { keepReadingDrafts, type Worked } from './cycle-drafts.svelte.ts';

export type CyclePage = ReturnType<typeof createCyclePage>;
/** What is being edited, or is new and not live yet; the map shows it as it would be. */
export type Shown = { kind: 'stages'; document: Stage } | { kind: 'handovers'; document: HandoverDocument };

/** Something about the cycle that somebody should see to: a problem of the check, or a hole that it does not look for. */
export type Finding = { document: string; title: string; message: string; remedy: string; isError: boolean };

/** The contact cycle on the screen: stages and ways as they are live or edited, what is missing, and how it goes. */
export function createCyclePage() {
  const numbers = keepReading(readCycle, () => 10_000);
  let shown = $state.raw<Shown>();
  let found = $state.raw<Problem[]>([]);

  const drafts = keepReadingDrafts();

  const library = $derived.by((): Library | undefined => {
    const live = liveLibrary();
    const grown = live && drafts.added.reduce(withShown, live);
    return grown && shown ? withShown(grown, shown) : grown;
  });
  const withShown = (base: Library, one: Shown): Library =>
    one.kind === 'stages'
      ? withDocument(base, 'stages', one.document)
      : withDocument(base, 'handovers', one.document);
  const cycle = $derived(library && cycleOf(library));
  const findings = $derived<Finding[]>([
    ...(cycle?.gaps ?? []).map((gap) => ({ ...gap, isError: true })),
    ...found.map(({ document, message, severity }) => ({
      document,
      title: titleOf(document),
      message,
      remedy: '', // its message says it
      isError: severity === 'error',
    })),
  ]);

  function titleOf(document: string): string {
    const [kind, id = ''] = document.split('/');
    const named = kind === 'stages' ? library?.stages.get(id) : library?.handovers.get(id);
    return named?.title ?? id;
  }

  // Every document is looked at, which takes a moment; typing goes first.
  $effect(() => {
    const asked = library;
    if (!asked) return;
    let isOver = false;
    const timer = setTimeout(async () => {
      const all = await findProblems(undefined, asked);
      if (!isOver) found = all.filter(({ document }) => /^(stages|handovers)\//.test(document));
    }, 300);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  });

  return {
    numbers,
    get library() {
      return library;
    },
    get cycle() {
      return cycle;
    },
    get findings() {
      return findings;
    },
    findingsAt: (document: string) => findings.filter((finding) => finding.document === document),
    numbersOf: (stage: string) => numbers.value?.stages[stage],
    handoverNumbers: (id: string) => numbers.value?.handovers[id],
    /** What somebody makes of a document of the cycle, `<kind>/<id>`; undefined where nobody works on it. */
    workOn: (document: string): Worked | undefined => drafts.of(document),
    show(next: Shown | undefined) {
      shown = next;
    },
    start() {
      void readLiveLibrary();
      const stops = [numbers.start(), drafts.start()];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

export const [getCyclePage, setCyclePage] = createContext<CyclePage>();
