import type { Root } from '../conditions/condition.ts';
import type { Stage } from '../documents/stage.ts';
import { type Edited, edited, refused } from './edited.ts';
import { freeIdFrom, isId, moved } from './names.ts';

/** Everything that can be done to a stage of the contact cycle. */
type EditedStage = Edited<Stage>;
export type Sla = NonNullable<Stage['sla']>;
type Milestone = Stage['milestones'][number];

const noMilestone = refused<Stage>('The milestone is not there any more.');
const noTeam = refused<never>(
  'A team is written in small letters, digits and hyphens, for example "order-desk".',
);

export function changeStage(stage: Stage, fields: Partial<Pick<Stage, 'title' | 'why'>>): EditedStage {
  return edited({ ...stage, ...fields });
}

/** Who answers for every contact in the stage. Without a person the team does. */
export function setStageOwner(stage: Stage, { team, person }: { team: string; person: string }): EditedStage {
  if (!isId(team)) return noTeam;
  if (person !== '' && !isId(person))
    return refused('A person is written in small letters, digits and hyphens, for example "carla-diaz".');
  return edited({ ...stage, owner: { team, ...(person === '' ? {} : { person }) } });
}

export function addMilestone(stage: Stage, title: string, event: string): EditedStage {
  if (title.trim() === '') return refused('Say first what the milestone is called.');
  const taken = stage.milestones.map(({ id }) => id);
  const milestone = {
    id: freeIdFrom(title, taken, 'milestone'),
    title: title.trim().slice(0, 80),
    reachedBy: { event },
  };
  return edited({ ...stage, milestones: [...stage.milestones, milestone] });
}

/** Another title or event. What was asked of one event says nothing about another, so the condition goes with it. */
export function changeMilestone(
  stage: Stage,
  id: string,
  fields: { title?: string; event?: string; when?: Root | undefined },
): EditedStage {
  return changed(stage, id, (milestone) => {
    const { event = milestone.reachedBy.event, title = milestone.title } = fields;
    const isSame = event === milestone.reachedBy.event;
    const when = 'when' in fields ? fields.when : isSame ? milestone.reachedBy.when : undefined;
    return { ...milestone, title, reachedBy: { event, ...(when ? { when } : {}) } };
  });
}

export function removeMilestone(stage: Stage, id: string): EditedStage {
  const milestones = stage.milestones.filter((milestone) => milestone.id !== id);
  return milestones.length < stage.milestones.length ? edited({ ...stage, milestones }) : noMilestone;
}

export function moveMilestone(stage: Stage, id: string, by: -1 | 1): EditedStage {
  const from = stage.milestones.findIndex((milestone) => milestone.id === id);
  if (from < 0) return noMilestone;
  const milestones = moved(stage.milestones, from, by);
  return milestones
    ? edited({ ...stage, milestones })
    : refused(by < 0 ? 'It is the first already.' : 'It is the last already.');
}

function changed(stage: Stage, id: string, change: (milestone: Milestone) => Milestone): EditedStage {
  const at = stage.milestones.findIndex((milestone) => milestone.id === id);
  const milestone = stage.milestones[at];
  if (!milestone) return noMilestone;
  return edited({ ...stage, milestones: stage.milestones.with(at, change(milestone)) });
}

/** How long a contact may stay, and who hears of it when it stays longer. */
export function setSla(stage: Stage, sla: Sla | undefined): EditedStage {
  const { sla: _, ...rest } = stage;
  return edited(sla ? { ...rest, sla } : rest);
}

/** A first SLA, for whoever adds one: a month, then told once more after two weeks. */
export const firstSla = (stage: Stage): Sla => ({
  within: 'P30D',
  escalateTo: stage.owner.team,
  repeat: 'P14D',
  times: 1,
});

export function changeSla(
  stage: Stage,
  fields: Partial<Omit<Sla, 'calendar'>> & { calendar?: string | undefined },
): EditedStage {
  if (!stage.sla) return refused('The stage has no time limit yet.');
  if (fields.escalateTo !== undefined && !isId(fields.escalateTo)) return noTeam;
  if (
    fields.times !== undefined &&
    !(Number.isInteger(fields.times) && fields.times >= 1 && fields.times <= 10)
  )
    return refused('It can be told 1 to 10 times.');
  const { calendar, ...rest } = { ...stage.sla, ...fields };
  return edited({ ...stage, sla: calendar ? { ...rest, calendar } : rest });
}
