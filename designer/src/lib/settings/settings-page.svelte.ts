import type { Problem } from '@baton/rules/check/problems.ts';
import { teamsOf } from '@baton/rules/check/teams.ts';
import { type Place, type PlainKind, putAt, valueAt } from '@baton/rules/edit/plain.ts';
import { createEditing } from '#lib/document/editing.svelte.ts';
import { liveLibrary, readLiveLibrary } from '#lib/document/live-library.svelte.ts';

/** One plain document on the screen, edited by place. */
export function createSettingsPage(kind: PlainKind, id: string) {
  const editing = createEditing(kind, id);
  let refused = $state.raw<{ at: string; reason: string }>();

  return {
    editing,
    get library() {
      return liveLibrary();
    },
    start(): () => void {
      void readLiveLibrary();
      return editing.start();
    },
    valueAt: (place: Place): unknown => valueAt(editing.document, place),
    /** Why this value cannot stand there; empty where it can. */
    flawOf(place: Place, value: unknown): string {
      const { document } = editing;
      if (!document) return 'There is no document.';
      const tried = putAt(kind, document, place, value);
      return tried.ok ? '' : tried.reason;
    },
    put(label: string, place: Place, value: unknown): void {
      const reason = editing.change(label, (now) => putAt(kind, now, place, value));
      refused = reason === undefined ? undefined : { at: place.join('.'), reason };
    },
    /** Why the last change was not made, if it was tried there. */
    refusalAt: (place: Place): string => (refused?.at === place.join('.') ? refused.reason : ''),
    /** A team that there is and nobody is named for; the first one where all are. */
    unlistedTeam(): string {
      const library = liveLibrary();
      const teams = library ? [...teamsOf(library)].sort() : [];
      const listed = JSON.stringify(valueAt(editing.document, ['teams']) ?? []);
      return teams.find((team) => !listed.includes(`"team":"${team}"`)) ?? teams[0] ?? '';
    },
    problemsAt: (place: Place): Problem[] => editing.problems.filter(({ path }) => path === place.join('.')),
  };
}

export type SettingsPage = ReturnType<typeof createSettingsPage>;
