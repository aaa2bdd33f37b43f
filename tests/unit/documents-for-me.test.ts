import type { DocumentLine, DraftLine } from '@baton/functions/api/views.ts';
import { expect, test } from 'vitest';
import { documentsFor, type Worker } from '../../designer/src/lib/home/documents-for-me.ts';

const line = (id: string, state?: DraftLine['state'], editedBy = 'Mara', editedAt = '2026-11-26T08:00:00Z') =>
  ({
    ...{ kind: 'journeys', id, title: id, team: 'marketing', version: 1, hash: 'h', managedBy: 'designer' },
    ...(state && { draft: { state, rev: 1, base: 1, editedBy, editedAt } }),
  }) satisfies DocumentLine;
const editor: Worker = { person: 'Mara', edits: true, publishes: false, nameOf: (id) => id };
const approver: Worker = { person: 'Paul', edits: false, publishes: true, nameOf: (id) => id };
const idsFor = (worker: Worker, ...lines: DocumentLine[]) =>
  documentsFor(worker, lines).map(({ title }) => title);

const everything = [
  line('untouched'),
  line('begun', 'draft'),
  line('sent', 'in-review'),
  line('approved', 'approved'),
  line('planned', 'scheduled'),
];

test('an editor is shown the drafts that they began and have not sent', () => {
  expect(idsFor(editor, ...everything, line('of-another', 'draft', 'Paul'))).toEqual(['begun']);
});

test('an approver is shown what is to be approved and what is to be published', () => {
  expect(idsFor(approver, ...everything)).toEqual(['sent', 'approved']);
});

test('nobody is asked to approve what they edited last', () => {
  expect(idsFor({ ...approver, person: 'Mara' }, line('sent', 'in-review'))).toEqual([]);
});

test('what has waited longest comes first, and leads to where it is worked on', () => {
  const documents = [
    line('late', 'in-review', 'Mara', '2026-11-26T09:00:00Z'),
    { ...line('early', 'in-review', 'Mara', '2026-11-20T09:00:00Z'), kind: 'best-practice' },
  ];

  expect(documentsFor(approver, documents).map(({ href }) => href)).toEqual([
    '/rules/early',
    '/journeys/late',
  ]);
});

test('a document of a kind that there is not is left out', () => {
  expect(idsFor(approver, { ...line('sent', 'in-review'), kind: 'weather' })).toEqual([]);
});
