import { begin, redo, undo } from '@baton/rules/edit/history.ts';
import { addStep, removeStep, renameStep } from '@baton/rules/edit/journey.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSameLayout, recordWork, underBothNames, without } from '../../designer/src/lib/document/work.ts';
import { done, journeyOf } from '../support/journeys.ts';
import { expectThereAndBack } from '../support/undo-all.ts';

const journey = journeyOf({
  first: { kind: 'wait', title: 'First', wait: { after: 'P1D' }, next: 'second' },
  second: { kind: 'wait', title: 'Second', wait: { after: 'P1D' }, next: 'done' },
  done,
});
const layout = { first: { x: 0, y: 0 }, second: { x: 0, y: 200 } };
type Here = { document: typeof journey; layout: typeof layout | Record<string, { x: number; y: number }> };

const names = ['first', 'second', 'done', 'third', 'wait'] as const;
type Deed =
  | { kind: 'undo' | 'redo' | 'add' | 'tidy' }
  | { kind: 'rename'; from: string; to: string }
  | { kind: 'remove'; step: string }
  | { kind: 'move'; step: string; x: number };
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ kind: fc.constantFrom('undo' as const, 'redo' as const, 'add' as const, 'tidy' as const) }),
  fc.record({
    kind: fc.constant('rename' as const),
    from: fc.constantFrom(...names),
    to: fc.constantFrom(...names),
  }),
  fc.record({ kind: fc.constant('remove' as const), step: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('move' as const), step: fc.constantFrom(...names), x: fc.nat(3) }),
);

/** What a person does next, as the page does it. */
function after({ document, layout: places }: Here, done: Deed): Partial<Here> {
  switch (done.kind) {
    case 'rename': {
      const made = renameStep(document, done.from, done.to);
      return made.ok ? { document: made.document, layout: underBothNames(places, done.from, done.to) } : {};
    }
    case 'remove': {
      const made = removeStep(document, done.step);
      return made.ok ? { document: made.document } : {};
    }
    case 'add': {
      const made = addStep(document, 'wait');
      return made.ok ? { document: made.document, layout: without(places, made.step) } : {};
    }
    case 'move':
      return { layout: { ...places, [done.step]: { x: done.x, y: 0 } } };
    case 'tidy':
      return { layout: {} };
    default:
      return {};
  }
}

describe('the history of a document and of where its parts stand', () => {
  test('gives back the very start of both when everything is undone, and the end when everything is done again', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
        const start: Here = { document: journey, layout };
        let history = begin(start);
        let now = 0;

        for (const done of deeds) {
          now += 700;
          if (done.kind === 'undo') history = undo(history);
          else if (done.kind === 'redo') history = redo(history);
          else history = recordWork(history, done.kind, after(history.present.document, done), now);
        }
        expectThereAndBack(history, start);
      }),
    );
  });

  test('takes back what was done last, be it a move or an edit, and leaves the other as it is', () => {
    const moved = { ...layout, first: { x: 90, y: 90 } };
    const titled = { ...journey, title: 'Another' };
    const history = recordWork(
      recordWork(begin<Here>({ document: journey, layout }), 'Move', { layout: moved }, 0),
      'Title',
      { document: titled },
      5000,
    );

    const once = undo(history).present.document;
    const twice = undo(undo(history)).present.document;

    expect(history.present.document).toEqual({ document: titled, layout: moved });
    expect(once).toEqual({ document: journey, layout: moved });
    expect(twice).toEqual({ document: journey, layout });
  });

  test('is no entry where everything stands as it did', () => {
    const history = begin<Here>({ document: journey, layout });

    const same = recordWork(
      history,
      'Move',
      { layout: { second: { x: 0, y: 200 }, first: { x: 0, y: 0 } } },
      0,
    );

    expect(same).toBe(history);
    expect(isSameLayout(layout, { first: { x: 0, y: 0 } })).toBe(false);
    expect(isSameLayout({ first: { x: 0, y: 0 } }, { other: { x: 0, y: 0 } })).toBe(false);
  });

  test('a renamed step has its place under both names, and undoing it the places of before', () => {
    const made = renameStep(journey, 'first', 'third');
    if (!made.ok) throw new Error(made.reason);
    const to = { document: made.document, layout: underBothNames(layout, 'first', 'third') };
    const history = recordWork(begin<Here>({ document: journey, layout }), 'Rename', to, 0);

    expect(history.present.document.layout).toEqual({ ...layout, third: layout.first });
    expect(undo(history).present.document).toEqual({ document: journey, layout });
    expect(underBothNames({}, 'first', 'third')).toEqual({});
  });
});
