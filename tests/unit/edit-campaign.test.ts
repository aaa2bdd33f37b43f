import { leastSeconds, pagesOf, pauseSeconds } from '@baton/rules/campaign/pace.ts';
import type { Campaign } from '@baton/rules/documents/index.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import {
  changeCampaign,
  setHoldout,
  setPacing,
  setStart,
  toggleAudienceStage,
} from '@baton/rules/edit/campaign.ts';
import type { Edited } from '@baton/rules/edit/edited.ts';
import { expect, test } from 'vitest';
import { aCampaign, frozen } from '../support/documents.ts';

const campaign = frozen(aCampaign());

function made(edit: Edited<Campaign>): Campaign {
  if (!edit.ok) throw new Error(edit.reason);
  const parsed = parseDocument('campaigns', edit.document);
  expect(parsed.ok ? [] : parsed.problems).toEqual([]);
  return edit.document;
}
const reasonOf = (edit: Edited<Campaign>) => (edit.ok ? '' : edit.reason);

test('a stage is added to the audience and taken away again, but never the last', () => {
  const both = made(toggleAudienceStage(campaign, 'converted'));

  expect(both.audience.stages).toEqual(['targeted', 'converted']);
  expect(made(toggleAudienceStage(both, 'converted'))).toEqual(campaign);
  expect(reasonOf(toggleAudienceStage(campaign, 'targeted'))).toContain('at least one stage');
});

test('it starts at a moment or by hand', () => {
  const planned = made(setStart(campaign, '2026-05-01T09:00:00.000Z'));

  expect(planned.schedule).toEqual({ at: '2026-05-01T09:00:00.000Z' });
  expect(made(setStart(planned, null))).toEqual(campaign);
  expect(reasonOf(setStart(campaign, 'soon'))).toContain('no moment');
});

test('pace and holdout keep within what a run can do', () => {
  expect(made(setPacing(campaign, { perMinute: 6 })).pacing).toEqual({ batch: 10, perMinute: 6 });
  expect(reasonOf(setPacing(campaign, { perMinute: 0 }))).toContain('100,000');
  expect(reasonOf(setPacing(campaign, { batch: 1.5 }))).toContain('at once');
  expect(made(setHoldout(campaign, 12.5)).holdout).toEqual({ percent: 12.5, salt: 's' });
  expect(reasonOf(setHoldout(campaign, 91))).toContain('90 %');
  expect(made(changeCampaign(campaign, { title: 'Another' })).title).toBe('Another');
});

test('a run takes its pauses at the least; who is left out takes no time', () => {
  const pacing = { batch: 50, perMinute: 600 };

  expect(pauseSeconds(pacing)).toBe(5);
  expect(pagesOf(3501, pacing)).toBe(71);
  expect(leastSeconds(3890, { pacing, holdout: { percent: 10, salt: 's' } })).toBe(71 * 5);
  expect(leastSeconds(0, { pacing, holdout: { percent: 10, salt: 's' } })).toBe(0);
});
