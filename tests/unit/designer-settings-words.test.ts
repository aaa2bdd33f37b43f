import { expect, test } from 'vitest';
import { tellSettingsChanges } from '../../designer/src/lib/settings/change-words.ts';

const told = (kind: Parameters<typeof tellSettingsChanges>[0], before: object, after: object) =>
  tellSettingsChanges(kind)(before, after).map(({ where, before: was, after: is }) => [where, was, is]);

test('channels are told by the labels of their form', () => {
  const channel = {
    quietHours: [{ from: '20:00', to: '08:00' }],
    caps: [{ messages: 3, within: 'P7D' }],
    consent: { purposes: ['marketing'], wording: 'Yes' },
  };
  expect(
    told('channels', channel, {
      quietHours: [{ from: '20:00', to: '08:00', weekdays: ['sunday'] }],
      caps: [
        { messages: 2, within: 'P7D' },
        { messages: 1, within: 'PT12H', acrossChannels: true },
      ],
      rate: { messages: 5, per: 'PT1S' },
      consent: { purposes: [], wording: 'Yes, please' },
    }),
  ).toEqual([
    ['Quiet hours › quiet hours 1 › On', undefined, 'sunday'],
    ['Frequency caps › cap 1 › Messages at most', '3', '2'],
    ['Frequency caps › cap 2', undefined, 'Messages at most: 1; Within: 12 hours; All channels count: yes'],
    ['Consent › Needed for', 'Marketing', undefined],
    ['Consent › What people agree to', 'Yes', 'Yes, please'],
    ['Rate limit', undefined, 'Messages at most: 5; Per: 1 second'],
  ]);
});

test('entries of working hours and teams go by their names', () => {
  expect(
    told(
      'calendars',
      { windows: [], holidays: [{ date: '2026-12-25', title: 'Christmas' }], workingDay: 'PT8H' },
      { windows: [], holidays: [{ date: '2026-12-25', title: 'Xmas' }], workingDay: 'PT7H' },
    ),
  ).toEqual([
    ['Closed all the same › 25 Dec 2026 › Name', 'Christmas', 'Xmas'],
    ['How time counts › A working day is', '8 hours', '7 hours'],
  ]);
  expect(
    told(
      'settings',
      { teams: [{ team: 'field-sales', lead: 'Ines', members: ['Jonas'] }], owner: { team: 'sales' } },
      {
        teams: [{ team: 'field-sales', lead: 'Ada', members: ['Jonas', 'Priya'] }],
        owner: { team: 'field-sales' },
      },
    ),
  ).toEqual([
    ['Teams › Field sales › Led by', 'Ines', 'Ada'],
    ['Teams › Field sales › Members › member 2', undefined, 'Priya'],
    ['What it is for › Owned by', 'Sales', 'Field sales'],
  ]);
});

test('what has no field in the form keeps the name of the document', () => {
  expect(told('settings', { segment: { messages: [] } }, { segment: { messages: [1] } })).toEqual([
    ['Segment › Messages › 1', undefined, '1'],
  ]);
  expect(
    told(
      'service-levels',
      { priorities: { high: { accept: 'PT1H' } } },
      { priorities: { high: { accept: 'PT2H' } } },
    ),
  ).toEqual([['High priority › Accepted within', '1 hour', '2 hours']]);
});
