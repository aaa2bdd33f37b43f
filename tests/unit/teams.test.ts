import { check } from '@baton/rules/check/check.ts';
import { nextInTeam, teamNamed } from '@baton/rules/cycle/teams.ts';
import type { Settings, Team } from '@baton/rules/documents/settings.ts';
import { expect, test } from 'vitest';
import { aLibrary } from '../support/documents.ts';

const sales: Team = { team: 'sales', lead: 'Ines', members: ['Jonas', 'Priya'] };
const marketing: Team = { team: 'marketing', lead: 'Edda', members: [] };

function settings(teams: Team[]): Settings {
  return { id: 'program', title: 'A title', why: 'A reason', owner: { team: 'marketing' }, teams };
}

test('a team is asked in its order, each person once, and then who leads it', () => {
  expect(nextInTeam(sales, [])).toBe('Jonas');
  expect(nextInTeam(sales, ['Jonas'])).toBe('Priya');
  expect(nextInTeam(sales, ['Priya', 'Somebody else'])).toBe('Jonas');
  expect(nextInTeam(sales, ['Jonas', 'Priya'])).toBe('Ines');
  expect(nextInTeam(marketing, [])).toBe('Edda');
});

test('the people of a team are found in whichever settings name it', () => {
  expect(teamNamed([settings([]), settings([marketing, sales])], 'sales')).toBe(sales);
  expect(teamNamed([settings([marketing])], 'sales')).toBeUndefined();
});

test.each<[string, Team[], string[]]>([
  ['nothing, which says that nobody wants persons', [], []],
  ['every team that owns a stage', [marketing, sales], []],
  ['not all of them', [marketing], ['no-lead stages/converted owner.team']],
  [
    'a team that owns nothing',
    [marketing, sales, { ...sales, team: 'slaes' }],
    ['unknown-team settings/program teams.2.team'],
  ],
  ['a team twice', [marketing, sales, sales], ['entry-twice settings/program teams.2.team']],
  [
    'a person twice',
    [marketing, { ...sales, members: ['Jonas', 'Jonas'] }],
    ['entry-twice settings/program teams.1.members.1'],
  ],
  [
    'places whose people are still to be named',
    [
      { ...marketing, lead: '' },
      { ...sales, members: ['Jonas', '', ''] },
    ],
    [
      'no-person settings/program teams.0.lead',
      'no-person settings/program teams.1.members.1',
      'no-person settings/program teams.1.members.2',
    ],
  ],
])('settings that name %s', (_, teams, found) => {
  const library = { ...aLibrary(), settings: new Map([['program', settings(teams)]]) };

  expect(check(library).map(({ code, document, path }) => `${code} ${document} ${path}`)).toEqual(found);
});
