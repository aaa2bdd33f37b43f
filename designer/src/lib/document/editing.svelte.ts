import type { DocumentView, DraftView, LayoutView, PublicationView } from '@baton/functions/api/views.ts';
import type { Problem } from '@baton/rules/check/problems.ts';
import type { DocumentKind } from '@baton/rules/documents/index.ts';
import type { DocumentOf } from '@baton/rules/documents/parse.ts';
import { hasShape } from '@baton/rules/documents/shape.ts';
import type { Edited } from '@baton/rules/edit/edited.ts';
import { begin, type Entry, type History, redo, undo } from '@baton/rules/edit/history.ts';
import * as api from '#lib/api.ts';
import { keepUntaken } from '#lib/fields/untaken.svelte.ts';
import { keepReading, type Reading } from '#lib/reading/reading.svelte.ts';
import { createSending } from '#lib/reading/sending.svelte.ts';
import { mayI } from '#lib/session/me.svelte.ts';
import { askNames, nameOf } from '#lib/session/names.svelte.ts';
import { findProblems } from './check-beside.ts';
import { comingLibrary, readComing } from './coming-library.svelte.ts';
import { createLayoutKeeping } from './layout-keeping.ts';
import { liveLibrary, readLiveLibrary } from './live-library.svelte.ts';
import { forgetUnsaved, keepUnsaved, readUnsaved, type Unsaved } from './unsaved.ts';
import type { SaveState } from './words.ts';
import { recordWork, type Work } from './work.ts';

/** Milliseconds of quiet before a draft is saved, before it is checked, and before a silent host is asked again. */
const pauses = { save: 1200, check: 200, again: 5000, look: 10_000 } as const;

export type Editing<K extends DocumentKind> = ReturnType<typeof createEditing<K>>;

/**
 * One document on the screen of one person: what is live, what they make of it, and its way to being live.
 *
 * 1. Every change is an entry of the history, of the document or of where its parts stand, what comes from elsewhere
 *    included; so undo always finds what was there.
 * 2. What was changed stands in this browser until the host has it, so that neither a closed tab nor a silent host loses it.
 * 3. A save names the `rev` it began from. Where somebody else was first, nothing more is saved until a person decides.
 * 4. The layout is kept beside the document and is in no draft; its last word counts.
 */
export function createEditing<K extends DocumentKind>(kind: K, id: string) {
  type Here = Work<DocumentOf<K> | undefined>;
  let history = $state.raw<History<Here>>(begin({ document: undefined, layout: {} }));
  let view = $state.raw<DocumentView>();
  let rev = 0;
  /** The document as the host has it. */
  let kept = $state.raw<DocumentOf<K>>();
  let saveState = $state<SaveState>('clean');
  let lastChange = $state('');
  let conflict = $state.raw<{ theirs: DraftView | null }>();
  let leftOver = $state.raw<Unsaved>();
  /** How often the host has taken something from here. */
  let saves = 0;
  let failure = $state.raw<api.Failure>();
  let problems = $state.raw<Problem[]>([]);
  let isChecking = $state(false);
  let unlocked = $state(false);
  let saveTimer: ReturnType<typeof setTimeout> | undefined;
  let checkTimer: ReturnType<typeof setTimeout> | undefined;
  let saving: Promise<void> | undefined;
  const sending = createSending();
  const untaken = keepUntaken();

  const document = $derived(history.present.document.document);
  const layout = $derived(history.present.document.layout);
  const draft = $derived(view?.draft);
  const live = $derived(view?.live && hasShape(kind, view.live.document) ? view.live.document : undefined);
  /** What is kept as a draft says what is live already. The host compares to the byte; here the order of keys is taken as it is. */
  const isAsLive = $derived(
    live !== undefined && !draft?.retire && JSON.stringify(kept) === JSON.stringify(live),
  );
  /** It was live once, and is not any more; nobody works on it either. */
  const isRetired = $derived(view !== undefined && !view.live && !draft && view.versions.length > 0);
  const readOnlyReason = $derived.by(() => {
    if (!view) return 'It is still being read.';
    if (isRetired) return 'It is retired: it decides nothing any more.';
    if (!mayI('editor')) return 'You may look at documents; editors change them.';
    if (draft?.state === 'scheduled') return 'It is scheduled. Cancel that first, then edit it.';
    if (draft?.retire) return 'It is to be retired. Keep it first, then edit it.';
    if (document === undefined) return 'The text of this draft is no document of its kind. Edit it as JSON.';
    if (unlocked || !draft) return '';
    if (draft.state === 'in-review') return 'It is in review. Editing it takes it back.';
    if (draft.state === 'approved') return 'It is approved. Editing it ends the approval.';
    return '';
  });

  const reading: Reading<DocumentView> = keepReading(
    async (signal) => {
      const savesBefore = saves;
      const seen = await api.readDocument(kind, id, signal);
      // What was asked before a save and answered after it tells of the past.
      if (saves === savesBefore) meet(seen);
      return seen;
    },
    () => pauses.look,
  );

  const layoutKeeping = createLayoutKeeping(
    { kind, id },
    {
      layout: () => layout,
      mayKeep: () => view !== undefined && !readOnlyReason,
      onSent: () => {
        saves += 1;
      },
    },
  );

  /** Takes in what the host says. What somebody else saved is shown only where nothing here would be lost by it. */
  function meet(seen: DocumentView): void {
    const isFirst = view === undefined;
    const seenRev = seen.draft?.rev ?? seen.rev ?? 0;
    if (!isFirst && (saving || isUnsaved())) return; // the next save finds out whether somebody was first
    const changed = isFirst || seenRev !== rev || seen.live?.version !== view?.live?.version;
    view = seen;
    rev = seenRev;
    const theirs = layoutKeeping.newsIn(seen.layout);
    if (changed) {
      unlocked = false;
      const given = seen.draft ? seen.draft.document : seen.live?.document;
      show(given, isFirst ? undefined : wordsFor(seen), theirs);
    } else if (theirs)
      history = recordWork(history, 'Moved by somebody else', { layout: theirs }, Date.now());
    if (isFirst) offerLeftOver();
  }

  const wordsFor = ({ draft: theirs }: DocumentView): string =>
    theirs ? `Changed by ${nameOf(theirs.editedBy)}` : 'As it is live';

  function show(given: unknown, label: string | undefined, theirs: LayoutView = layout): void {
    const shown = hasShape(kind, given) ? given : undefined;
    const same = JSON.stringify(shown) === JSON.stringify(document);
    const to = { document: same ? document : shown, layout: theirs };
    history = label === undefined ? begin(to) : recordWork(history, label, to, Date.now());
    kept = history.present.document.document;
    checkSoon();
  }

  const isUnsaved = (): boolean => document !== undefined && document !== kept;

  function offerLeftOver(): void {
    const found = readUnsaved(kind, id);
    if (!found || !hasShape(kind, found.document)) return;
    if (JSON.stringify(found.document) === JSON.stringify(document)) forgetUnsaved(kind, id);
    else leftOver = found;
  }

  /** Makes an edit; `relaid`: where parts stand after it. Gives the reason where it is refused. */
  function change(
    label: string,
    edit: (document: DocumentOf<K>) => Edited<DocumentOf<K>>,
    relaid: (layout: LayoutView) => LayoutView = (before) => before,
  ): string | undefined {
    if (readOnlyReason) return readOnlyReason;
    if (document === undefined) return 'There is no document to edit.';
    const made = edit(document);
    if (!made.ok) return made.reason;
    const to = { document: made.document, layout: relaid(layout) };
    move(recordWork(history, label, to, Date.now()), label);
    return undefined;
  }

  function move(to: History<Here>, said: string): void {
    if (to === history) return;
    const before = history.present.document;
    history = to;
    lastChange = said;
    if (document !== before.document) changed();
    if (layout !== before.layout) layoutKeeping.soon();
  }

  function changed(): void {
    checkSoon();
    if (!isUnsaved()) {
      // Undone to what the host has: nothing is left to save.
      clearTimeout(saveTimer);
      forgetHere();
      if (saveState !== 'conflict') saveState = draft ? 'saved' : 'clean';
      return;
    }
    // What an earlier tab left stays until somebody has decided about it.
    if (!leftOver) keepUnsaved(kind, id, { document, rev, at: Date.now() });
    if (saveState === 'conflict') return;
    saveState = 'unsaved';
    saveSoon(pauses.save);
  }

  function forgetHere(): void {
    if (!leftOver) forgetUnsaved(kind, id);
  }

  function saveSoon(pause: number): void {
    clearTimeout(saveTimer);
    saveTimer = setTimeout(save, pause);
  }

  /** Saves what is not saved yet; resolves when the host has everything, or will not take it. */
  async function save(): Promise<void> {
    clearTimeout(saveTimer);
    await saving;
    if (!isUnsaved() || saveState === 'conflict') return;
    saving = saveOnce().finally(() => {
      saving = undefined;
    });
    await saving;
  }

  async function saveOnce(): Promise<void> {
    const sent = document;
    saveState = 'saving';
    try {
      savedAs(await api.saveDraft(kind, id, { rev, document: sent }), sent);
    } catch (error) {
      if (!(error instanceof api.HostError)) throw error;
      const { theirs } = error.failure;
      // Saved before, and only the answer was lost on its way.
      if (theirs && JSON.stringify(theirs.document) === JSON.stringify(sent)) savedAs(theirs, sent);
      else notSaved(error.failure);
    }
  }

  function savedAs(answer: DraftView, sent: DocumentOf<K> | undefined): void {
    adopt(answer);
    kept = sent;
    failure = undefined;
    if (isUnsaved()) {
      saveState = 'unsaved';
      saveSoon(pauses.save);
    } else {
      saveState = 'saved';
      forgetHere();
    }
  }

  function notSaved(why: api.Failure): void {
    failure = why;
    if (why.theirs !== undefined) {
      conflict = { theirs: why.theirs };
      saveState = 'conflict';
    } else if (why.kind === 'silent') {
      saveState = 'silent';
      saveSoon(pauses.again);
    } else saveState = 'refused';
  }

  function adopt(answer: DraftView): void {
    saves += 1;
    rev = answer.rev;
    const base = view ?? { kind, id, versions: [] };
    view = { ...base, draft: answer };
  }

  async function keepMine(): Promise<void> {
    if (!conflict) return;
    const { theirs } = conflict;
    rev = theirs?.rev ?? 0;
    conflict = undefined;
    saveState = 'unsaved';
    await save();
  }

  /** Mine stays one undo away. */
  function takeTheirs(): void {
    if (!conflict) return;
    const { theirs } = conflict;
    conflict = undefined;
    failure = undefined;
    saveState = theirs ? 'saved' : 'clean';
    forgetUnsaved(kind, id);
    if (theirs) adopt(theirs);
    else rev = 0;
    show(
      theirs ? theirs.document : view?.live?.document,
      theirs ? `Changed by ${nameOf(theirs.editedBy)}` : 'As it is live',
    );
    void reading.again();
  }

  function continueLeftOver(): void {
    const found = leftOver;
    leftOver = undefined;
    if (!found || !hasShape(kind, found.document)) return;
    // It was made of what the host had then: where somebody has saved since, the host says so, and whose it shall be is a choice.
    ({ rev } = found);
    move(
      recordWork(history, 'Went on with what was not saved', { document: found.document }, Date.now()),
      'Unsaved work is back.',
    );
  }

  function discardLeftOver(): void {
    leftOver = undefined;
    forgetUnsaved(kind, id);
  }

  function checkSoon(): void {
    isChecking = true;
    clearTimeout(checkTimer);
    checkTimer = setTimeout(() => whenIdle(checkNow), pauses.check);
  }

  async function checkNow(): Promise<void> {
    const checked = document;
    const isGoing = draft?.retire === true;
    const found =
      checked === undefined
        ? []
        : await findProblems({ kind, id, document: checked, isGoing }, liveLibrary(), comingLibrary());
    if (checked !== document) return; // changed meanwhile; what it is now is looked at in its turn
    problems = found;
    isChecking = false;
  }

  /** One step of the document's life; what is not saved is saved first, and the page shows the outcome before it resolves. */
  async function act(what: string, request: () => Promise<unknown>): Promise<boolean> {
    await save();
    if (isUnsaved()) return false;
    return sending.send(
      what,
      async () => {
        await request();
        unlocked = false;
      },
      reading.again,
    );
  }

  /** Watches a publication until it is live, is to wait, or has failed; throws what went wrong as the host's refusal. */
  async function settle(publication: PublicationView): Promise<void> {
    for (let seen = publication; ; seen = await api.readPublication(publication.id)) {
      if (seen.status === 'failed')
        throw new api.HostError({
          kind: 'refused',
          view: { error: seen.reason ?? 'the publication failed', problems: [] },
        });
      if (seen.status !== 'publishing') break;
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    await readLiveLibrary(true);
  }

  /** Who may not edit may still take back what they moved. */
  function mayGoTo(entry: Entry<Here> | undefined): boolean {
    return entry !== undefined && (!readOnlyReason || entry.document.document === document);
  }

  function start(): () => void {
    const stopReading = reading.start();
    const onHide = () => {
      if (isUnsaved() && saveState !== 'conflict') void save();
      layoutKeeping.flush();
    };
    void askNames();
    void readLiveLibrary()
      .then(checkSoon)
      .then(readComing)
      .then(() => liveLibrary() !== comingLibrary() && checkSoon());
    window.addEventListener('pagehide', onHide);
    return () => {
      stopReading();
      onHide();
      clearTimeout(saveTimer);
      clearTimeout(checkTimer);
      window.removeEventListener('pagehide', onHide);
    };
  }

  return {
    kind,
    id,
    reading,
    sending,
    /** The document as it is edited; need not be sound. Undefined until it is read, and where a draft is no document at all. */
    get document() {
      return document;
    },
    get live() {
      return live;
    },
    get isAsLive() {
      return isAsLive;
    },
    get view() {
      return view;
    },
    /** Whether this person may take back that it is to be retired. */
    get canKeep() {
      return mayI('editor') && draft?.retire === true && draft.state !== 'scheduled';
    },
    get isRetired() {
      return isRetired;
    },
    get readOnly() {
      return readOnlyReason !== '';
    },
    /** Why it cannot be edited, as a sentence; empty where it can. */
    get readOnlyReason() {
      return readOnlyReason;
    },
    /** Whether `unlock` would let this person edit it. */
    get canUnlock() {
      return mayI('editor') && !unlocked && (draft?.state === 'in-review' || draft?.state === 'approved');
    },
    /** Lets a document that is in review or approved be edited; the first change takes it back to a draft. */
    unlock() {
      unlocked = true;
    },
    change,
    /** Where the parts of the document stand on the screen. */
    get layout() {
      return layout;
    },
    place: (label: string, to: LayoutView) =>
      move(recordWork(history, label, { layout: to }, Date.now()), label),
    undo() {
      if (mayGoTo(history.past.at(-1))) move(undo(history), `Undone: ${history.present.label}.`);
    },
    redo() {
      const [next] = history.future;
      if (next && mayGoTo(next)) move(redo(history), `Done again: ${next.label}.`);
    },
    get canUndo() {
      return mayGoTo(history.past.at(-1));
    },
    get canRedo() {
      return mayGoTo(history.future[0]);
    },
    /** What undo would take back, in words. */
    get undoLabel() {
      return history.past.length > 0 ? history.present.label : '';
    },
    get redoLabel() {
      return history.future[0]?.label ?? '';
    },
    get lastChange() {
      return lastChange;
    },
    get problems() {
      return problems;
    },
    /** How many fields of the page hold a text that the document cannot. */
    get untaken() {
      return untaken.count;
    },
    get isChecking() {
      return isChecking;
    },
    get saveState() {
      return saveState;
    },
    /** Why the last save did not come about. */
    get failure() {
      return failure;
    },
    get conflict() {
      return conflict;
    },
    keepMine,
    takeTheirs,
    /** Work of an earlier tab that the host never got. */
    get leftOver() {
      return leftOver;
    },
    continueLeftOver,
    discardLeftOver,
    save,
    /** Makes a draft of it that says that the document goes; whatever else was drafted is replaced. */
    retire: () => act('retire', () => api.retireDocument(kind, id, rev)),
    send: (note: string) => act('review', () => api.sendForReview(kind, id, { rev, note })),
    answer: (answer: 'approved' | 'returned', note: string) =>
      act(answer, () => api.answerReview(kind, id, { rev, answer, note })),
    /** `along`: other drafts that go live in the same step, or not at all. */
    publish: (startAt?: string, along: Parameters<typeof api.publishDrafts>[0]['drafts'] = []) =>
      act('publish', async () =>
        settle(
          await api.publishDrafts({ drafts: [{ kind, id, rev }, ...along], ...(startAt ? { startAt } : {}) }),
        ),
      ),
    cancelSchedule: () =>
      act('cancel', async () => {
        const publication = draft?.publication;
        if (publication) await api.cancelPublication(publication);
      }),
    async discard(): Promise<boolean> {
      clearTimeout(saveTimer);
      await saving;
      return sending.send(
        'discard',
        async () => {
          await api.removeDraft(kind, id, rev);
          kept = document;
          saveState = 'clean';
          forgetUnsaved(kind, id);
        },
        reading.again,
      );
    },
    rollBack: (version: number, note: string) =>
      act('roll-back', async () => settle(await api.rollBack(kind, id, { version, note }))),
    start,
  };
}

function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 500 });
  else setTimeout(work, 0);
}
