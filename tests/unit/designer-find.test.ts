import { describe, expect, test } from 'vitest';
import { commandsFor, documentChoices, groupsFor, pagesFor } from '../../designer/src/lib/find/choices.ts';
import { recentIn, rememberIn, type Shelf } from '../../designer/src/lib/find/recent.ts';

const line = (kind: string, id: string, title: string, version = 1) => ({
  ...{ kind, id, title, version },
  ...{ team: 'inside-sales', hash: '', managedBy: 'designer' as const },
});
const documents = documentChoices([
  line('journeys', 'welcome', 'Welcome'),
  line('best-practice', 'welcome-call', 'Call within a day: welcome'),
  line('tables', 'retention-offers', 'Retention offers', 0),
  line('facts', 'tier', 'Value tier'),
  line('weather', 'today', 'Rain today'),
]);

describe('what is found', () => {
  const found = (typed: string) =>
    groupsFor(documents, typed, []).map(({ title, choices }) => [title, choices.map((one) => one.title)]);

  test('the group with the best fit comes first', () => {
    expect(found('welcome')).toEqual([
      ['Journeys', ['Welcome']],
      ['Rules', ['Call within a day: welcome']],
    ]);
    expect(found('call')).toEqual([['Rules', ['Call within a day: welcome']]]);
  });

  test('an id and the kind find a document too, in any order of words', () => {
    expect(found('retention-off')).toEqual([['Decision tables', ['Retention offers']]]);
    expect(found('table offers')).toEqual([['Decision tables', ['Retention offers']]]);
  });

  test('a kind that there is not is not offered, and what is not live says so', () => {
    expect(found('tier')).toEqual([['Facts', ['Value tier']]]);
    expect(found('rain')).toEqual([]);
    expect(groupsFor(documents, 'retention', [])[0]?.choices[0]?.about).toBe('Inside sales · not live yet');
  });

  test('a long group says how many more there are', () => {
    const many = documentChoices(
      Array.from({ length: 300 }, (_, n) => line('best-practice', `rule-${n}`, `Rule ${n}`)),
    );

    const [group] = groupsFor(many, 'rule', []);

    expect([group?.choices.length, group?.more]).toEqual([6, 294]);
  });

  test('before anything is typed, what was chosen last comes first and does not come again', () => {
    const all = [...pagesFor(() => true), ...commandsFor(() => true, false), ...documents];

    const groups = groupsFor(all, ' ', ['document:journeys/welcome', 'page:/rules', 'page:/gone']);

    expect(groups.map(({ title }) => title)).toEqual(['Recent', 'Commands', 'Pages']);
    expect(groups[0]?.choices.map(({ title }) => title)).toEqual(['Welcome', 'Rules']);
    expect(groups[2]?.choices.map(({ title }) => title)).not.toContain('Rules');
  });

  test('nobody is offered what their roles do not allow', () => {
    const may = (right: string) => right === 'see-figures';

    expect(pagesFor(may).map(({ title }) => title)).toEqual([
      'Home',
      'Cycle',
      'Journeys',
      'Rules',
      'Templates',
      'Insights',
      'Roles',
      'Settings',
    ]);
    expect(commandsFor(may, false)).toEqual([]);
    expect(commandsFor(may, true).map(({ title }) => title)).toEqual(['Sign out']);
  });
});

describe('what was chosen last', () => {
  const shelfWith = (kept: string | null): Shelf => ({
    getItem: () => kept,
    setItem: (_name, value) => {
      kept = value;
    },
  });

  test('is kept once, newest first, five at most', () => {
    const shelf = shelfWith(null);
    for (const n of [1, 2, 3, 4, 5, 6, 2]) rememberIn(shelf, `page:/${n}`);

    expect(recentIn(shelf)).toEqual(['page:/2', 'page:/6', 'page:/5', 'page:/4', 'page:/3']);
  });

  test('never names a contact', () => {
    const shelf = shelfWith(null);

    rememberIn(shelf, 'contact:ct-ana');

    expect(recentIn(shelf)).toEqual([]);
  });

  test.each(['{', '["contact:ct-ana"]', '"x"'])('a shelf that holds %s is empty', (kept) => {
    expect(recentIn(shelfWith(kept))).toEqual([]);
  });
});
