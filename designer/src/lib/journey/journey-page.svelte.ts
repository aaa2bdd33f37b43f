import type { JourneyStepNumbers, LayoutView } from '@baton/functions/api/views.ts';
import type { Problem } from '@baton/rules/check/problems.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { Journey, Step, StepKind } from '@baton/rules/documents/journey.ts';
import type { Edited } from '@baton/rules/edit/edited.ts';
import * as edits from '@baton/rules/edit/journey.ts';
import { exits } from '@baton/rules/journey/step-kinds.ts';
import { createContext } from 'svelte';
import { readJourneyNumbers } from '#lib/api.ts';
import { comingLibrary } from '#lib/document/coming-library.svelte.ts';
import { createEditing } from '#lib/document/editing.svelte.ts';
import { underBothNames, without } from '#lib/document/work.ts';
import { keepReading } from '#lib/reading/reading.svelte.ts';
import { large } from './arrangement.ts';
import { createArranging } from './arranging.svelte.ts';
import { isPlaced, measure, put, sizes, startId, unarranged, waysBetween } from './graph.ts';
import { sayWith } from './sentence.ts';
import { createTrial } from './trial.svelte.ts';

/** What is looked at: a step, an arrow between two, or, with nothing selected, the journey as a whole. */
export type Selection = { kind: 'step'; id: string } | { kind: 'arrow'; arrow: edits.Arrow } | undefined;
export type Tab = 'edit' | 'problems' | 'try';

const noNumbers: JourneyStepNumbers = { inside: 0, entered: 0, passed: 0, left: {} };
const tidying = 'Tidy up';

export type JourneyPage = ReturnType<typeof createJourneyPage>;

export const [getJourneyPage, setJourneyPage] = createContext<JourneyPage>();

/** One journey on the screen: the document and its edits, what is selected, where steps stand, and how a try of it ran. */
export function createJourneyPage(id: string) {
  const editing = createEditing('journeys', id);
  const numbers = keepReading(
    (signal) => readJourneyNumbers(id, signal),
    () => 5000,
  );
  const trial = createTrial(() => editing.document);

  let selection = $state.raw<Selection>();
  let tab = $state<Tab>('edit');
  let refusal = $state('');
  /** The step that could not be taken out as it was asked for. */
  let removing = $state<string>();
  /** The step that the canvas was last asked to show; a new object each time. */
  let revealed = $state.raw<{ step: string }>();
  /** Counts up when the panel is to take the focus. */
  let focusAsked = $state(0);

  const journey = $derived(editing.document);
  const say = $derived(sayWith(comingLibrary()));
  const places = $derived(editing.layout);
  const withNumbers = $derived(numbers.value !== undefined);
  const measured = $derived(journey && measure(journey, { withNumbers, say }));
  const isLaidOut = $derived(measured !== undefined && isPlaced(measured, places));
  // A large drawing is laid out once, most often before the numbers are there that it is to show.
  const spare = $derived(withNumbers || !measured || measured.boxes.length < large ? 0 : sizes.numbers);
  // A small drawing is laid out also where a person has placed its steps: its arrows keep their ways between what was not moved.
  const isArranged = $derived(measured !== undefined && (!isLaidOut || measured.boxes.length <= large));
  const arranging = createArranging(() => (measured && isArranged ? unarranged(measured, spare) : undefined));
  const drawing = $derived.by(() => {
    if (!measured) return undefined;
    if (isLaidOut)
      return put(measured, { places, bends: waysBetween(places, measured, arranging.arrangement) });
    return arranging.arrangement && put(measured, arranging.arrangement);
  });
  const problemsByStep = $derived(Map.groupBy(editing.problems, stepOfProblem));
  const selected = $derived(present(selection));

  /** A selection outlives what it is about, for example when the step is undone; then nothing is selected. */
  function present(wanted: Selection): Selection {
    if (!journey || !wanted) return undefined;
    if (wanted.kind === 'step') return Object.hasOwn(journey.steps, wanted.id) ? wanted : undefined;
    return edits.targetOf(journey, wanted.arrow) === undefined ? undefined : wanted;
  }

  function select(to: Selection, focus = false): void {
    selection = to;
    refusal = '';
    removing = undefined;
    if (tab === 'problems' || focus) tab = 'edit';
    if (!focus) return;
    focusAsked += 1;
    if (to?.kind === 'step') revealed = { step: to.id };
  }

  /** Makes an edit; a refusal is shown beside what was asked for. */
  function change(
    label: string,
    edit: (journey: Journey) => Edited<Journey>,
    relaid?: (layout: LayoutView) => LayoutView,
  ): boolean {
    refusal = editing.change(label, edit, relaid) ?? '';
    removing = undefined;
    return refusal === '';
  }

  /** `at`: where on the canvas it is put down. */
  function add(
    label: string,
    edit: (journey: Journey) => edits.EditedStep,
    at?: { x: number; y: number },
  ): string | undefined {
    let step: string | undefined;
    const isDone = change(
      label,
      (before) => {
        const made = edit(before);
        if (made.ok) step = made.step;
        return made;
      },
      (layout) =>
        step === undefined ? layout : at ? { ...currentPlaces(), [step]: at } : without(layout, step),
    );
    if (!isDone || step === undefined) return undefined;
    select({ kind: 'step', id: step }, true);
    return step;
  }

  /** What was refused is shown, with the question that it comes to, in the step's panel, whatever stood there. */
  function askAbout(step: string): void {
    const why = refusal;
    select({ kind: 'step', id: step }, true);
    tab = 'edit';
    refusal = why;
    removing = step;
  }

  const titleOf = (step: string): string => journey?.steps[step]?.title || step;

  /** Everything where it stands; and where steps stood that may come back. */
  function currentPlaces(): LayoutView {
    if (!drawing) return places;
    return {
      ...places,
      [startId]: drawing.start,
      ...Object.fromEntries(drawing.boxes.map(({ id: step, x, y }) => [step, { x, y }])),
    };
  }

  return {
    id,
    editing,
    numbers,
    trial,
    get journey() {
      return journey;
    },
    get library(): Library | undefined {
      return comingLibrary();
    },
    /** Says a sentence of the rules with the titles of what it names. */
    get say() {
      return say;
    },
    get drawing() {
      return drawing;
    },
    get selection() {
      return selected;
    },
    get tab() {
      return tab;
    },
    set tab(to: Tab) {
      tab = to;
    },
    /** Why the last edit was not made. */
    get refusal() {
      return refusal;
    },
    /** The step that could not be taken out as it was asked for; `refusal` says why. */
    get removing() {
      return removing;
    },
    keep(): void {
      refusal = '';
      removing = undefined;
    },
    get focusAsked() {
      return focusAsked;
    },
    select,
    change,
    titleOf,
    /** How it goes at a step; undefined until the host has said. */
    numbersAt: (step: string): JourneyStepNumbers | undefined =>
      numbers.value && (numbers.value.steps[step] ?? noNumbers),
    problemsAt: (step: string): readonly Problem[] => problemsByStep.get(step) ?? [],
    changeStep: (step: string, what: string, to: Step) =>
      change(`${what} of “${titleOf(step)}”`, (before) => edits.changeStep(before, step, to)),
    connect: (arrow: edits.Arrow, to: string) =>
      change(`Lead to “${titleOf(to)}”`, (before) => edits.connect(before, arrow, to)),
    addOn: (arrow: edits.Arrow, kind: StepKind) =>
      add('Add a step', (before) => edits.insertStepOn(before, arrow, kind)),
    addAfter: (step: string, kind: StepKind) =>
      add(`Add a step after “${titleOf(step)}”`, (before) => edits.insertStepAfter(before, step, kind)),
    /** Puts a step down at a place of the canvas. */
    addAt(kind: StepKind, at: { x: number; y: number }): void {
      add('Add a step', (document) => edits.addStep(document, kind), at);
    },
    remove(step: string, to?: string): boolean {
      const title = titleOf(step);
      const isDone = change(`Delete “${title}”`, (before) => edits.removeStep(before, step, to));
      if (!isDone) askAbout(step);
      if (isDone && selection?.kind === 'step' && selection.id === step) selection = undefined;
      return isDone;
    },
    duplicate: (step: string) =>
      add(`Copy “${titleOf(step)}”`, (before) => edits.duplicateStep(before, step)),
    rename(step: string, to: string): boolean {
      const isDone = change(
        `Rename “${step}”`,
        (before) => edits.renameStep(before, step, to),
        (layout) => underBothNames(layout, step, to),
      );
      if (isDone && step !== to) selection = { kind: 'step', id: to };
      return isDone;
    },
    /** The first arrow out of a step, where a step is added after it. */
    firstArrow(step: string): edits.Arrow | undefined {
      const from = journey?.steps[step];
      const [way] = from ? exits(from) : [];
      return way && { from: step, path: way.path };
    },
    move(moved: LayoutView): void {
      const [one, ...others] = Object.keys(moved);
      if (one === undefined) return;
      const what =
        others.length > 0
          ? `${others.length + 1} steps`
          : one === startId
            ? 'the start'
            : `“${titleOf(one)}”`;
      editing.place(`Move ${what}`, { ...currentPlaces(), ...moved });
    },
    /** Whether tidying up was the last thing that was done. */
    get canPutBack() {
      return editing.canUndo && editing.undoLabel === tidying;
    },
    tidy(): void {
      arranging.again();
      editing.place(tidying, {});
    },
    putBack: () => editing.undo(),
    /** Shows a step on the canvas while the panel stays as it is. */
    reveal(step: string): void {
      selection = { kind: 'step', id: step };
      revealed = { step };
    },
    get revealed() {
      return revealed;
    },
    goTo(problem: Problem): void {
      const step = stepOfProblem(problem);
      select(step ? { kind: 'step', id: step } : undefined, true);
      if (problem.path.startsWith('tests')) tab = 'try';
    },
    start(): () => void {
      const stops = [editing.start(), numbers.start()];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** The step that a problem is about; empty where it is about the journey as a whole. */
export function stepOfProblem({ path }: Problem): string {
  const [top, step] = path.split('.');
  return top === 'steps' ? (step ?? '') : '';
}
