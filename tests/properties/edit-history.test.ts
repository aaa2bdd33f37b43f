import { begin, record, redo, undo } from '@baton/rules/edit/history.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectThereAndBack } from '../support/undo-all.ts';

type Step =
  | { kind: 'undo' }
  | { kind: 'redo' }
  | { kind: 'change'; value: number; after: number; label: string };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant<'change'>('change'),
    value: fc.nat(9),
    after: fc.nat(1500),
    label: fc.constantFrom('a', 'b'),
  }),
  fc.constantFrom<Step>({ kind: 'undo' }, { kind: 'redo' }),
);

describe('the history of an editor', () => {
  test('gives back the very start when everything is undone, and the end when everything is done again', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const start = { value: -1 };
        let history = begin(start);
        let now = 0;

        for (const made of steps) {
          if (made.kind === 'undo') history = undo(history);
          else if (made.kind === 'redo') history = redo(history);
          else {
            now += made.after;
            history = record(history, made.label, { value: made.value }, now);
          }
        }
        expectThereAndBack(history, start);
      }),
    );
  });

  test('takes letters typed one after the other as one change, but not after a pause', () => {
    const typed = record(record(begin(''), 'Title', 'A', 10), 'Title', 'An', 200);
    const later = record(typed, 'Title', 'Ann', 5000);

    expect(undo(typed).present.document).toBe('');
    expect(undo(later).present.document).toBe('An');
  });

  test('does not merge into what came before an undo', () => {
    const undone = undo(record(record(begin(''), 'Title', 'A', 10), 'Why', 'B', 20));

    const again = record(undone, 'Title', 'C', 30);

    expect(undo(again).present.document).toBe('A');
  });
});
