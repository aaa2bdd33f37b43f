import type { DeskLine } from '@baton/functions/api/views.ts';
import { expect, test } from 'vitest';
import { byContact, forMe } from '../../designer/src/lib/desk/whose.ts';
import { namesOfPerson, teamsThatName } from '../../designer/src/lib/session/my-teams.ts';

const line = (id: string, contactId: string, person?: string): DeskLine => ({
  ...{ id, contactId, kind: 'task', queue: 'sales', title: id, dueAt: '', sla: { state: 'met' } },
  ...(person ? { person } : {}),
});
const ids = (lines: readonly DeskLine[]) => lines.map(({ id }) => id);

test('somebody is meant by their id, their name, and their name without the remark behind it', () => {
  expect(namesOfPerson('ines', 'Ines Vogt (inside sales)')).toEqual([
    'ines',
    'Ines Vogt (inside sales)',
    'Ines Vogt',
  ]);
  expect(namesOfPerson('ines', 'ines')).toEqual(['ines']);
  expect(namesOfPerson('', '')).toEqual([]);
});

test('the teams of a person are those that they lead and those that they are in', () => {
  const teams = [
    { team: 'sales', lead: 'Ines Vogt', members: ['Priya Nair'] },
    { team: 'service', lead: 'Carla Diaz', members: ['Ines Vogt'] },
    { team: 'retention', lead: 'Ines Vogtmann', members: [] },
  ];

  expect(teamsThatName(teams, namesOfPerson('ines', 'Ines Vogt (inside sales)'))).toEqual([
    'sales',
    'service',
  ]);
  expect(teamsThatName(teams, [])).toEqual([]);
});

test('what is mine, and what nobody has; what colleagues have is counted', () => {
  const lines = [line('a', 'c1', 'ines'), line('b', 'c2'), line('c', 'c3', 'Priya Nair')];

  const { lines: mine, withOthers } = forMe(lines, ['ines', 'Ines Vogt']);

  expect(ids(mine)).toEqual(['a', 'b']);
  expect(withOthers).toBe(1);
});

test('the first line of a contact leads, where it stood, and the others stand under it in their order', () => {
  const lines = [line('a', 'c1'), line('b', 'c2'), line('c', 'c1'), line('d', 'c3'), line('e', 'c1')];

  expect(byContact(lines).map(({ lead, others }) => [lead.id, ids(others)])).toEqual([
    ['a', ['c', 'e']],
    ['b', []],
    ['d', []],
  ]);
});
