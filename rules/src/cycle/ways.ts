import type { Library, Stage } from '../documents/index.ts';

/** A way between two stages; `from` null: into the cycle from outside. */
export type Way = { kind: 'handover' | 'rule'; id: string; title: string; from: string | null; to: string };

/** What the cycle lacks: a document that is sound by itself may still leave a hole in it. */
export type Gap = { document: string; title: string; message: string; remedy: string };

export type Cycle = { stages: Stage[]; overlays: Stage[]; ways: Way[]; gaps: Gap[] };

/** The contact cycle as people see it: stages in their order, the ways between them, and what is missing. */
export function cycleOf(library: Pick<Library, 'stages' | 'handovers' | 'best-practice'>): Cycle {
  const all = [...library.stages.values()].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  const stages = all.filter(({ overlay }) => !overlay);
  const ways = [...handoversIn(library), ...rulesIn(library, stages)];
  return {
    stages,
    overlays: all.filter(({ overlay }) => overlay),
    ways,
    gaps: gapsIn(library, stages, ways),
  };
}

function handoversIn({ handovers }: Pick<Library, 'handovers'>): Way[] {
  return [...handovers.values()].map(({ id, title, from, to }) => ({
    kind: 'handover',
    id,
    title,
    from: from.stage,
    to: to.stage,
  }));
}

/** Rules move contacts too: they bring them into the cycle, back to its beginning, or to win-back. */
function rulesIn(
  { 'best-practice': rules }: Pick<Library, 'best-practice'>,
  stages: readonly Stage[],
): Way[] {
  return [...rules.values()].flatMap(({ id, title, event, stages: named }): Way[] => {
    if (event.type !== 'stage.enter') return [];
    const to = event.params.stage;
    const isAny = named.includes('any');
    const from = isAny ? stages.map((stage) => stage.id) : named.filter((name) => name !== 'none');
    const inside: Way[] = from
      .filter((stage) => stage !== to)
      .map((stage) => ({ kind: 'rule', id, title, from: stage, to }));
    const isEntry = isAny || named.includes('none');
    return isEntry ? [{ kind: 'rule', id, title, from: null, to }, ...inside] : inside;
  });
}

function gapsIn(
  { handovers }: Pick<Library, 'handovers'>,
  stages: readonly Stage[],
  ways: readonly Way[],
): Gap[] {
  return [
    ...stages.flatMap((stage) => gapsAt(stage, ways)),
    ...[...handovers.values()].flatMap(({ id, title, entry }) =>
      ('all' in entry ? entry.all : entry.any).length > 0
        ? []
        : [
            {
              document: `handovers/${id}`,
              title,
              message: 'It has no condition, so nothing says when a contact is ready.',
              remedy: 'Say what must hold before the contact is handed over.',
            },
          ],
    ),
  ];
}

function gapsAt({ id, title, owner }: Stage, ways: readonly Way[]): Gap[] {
  const document = `stages/${id}`;
  const gaps: Gap[] = [];
  if (owner.team === '')
    gaps.push({
      document,
      title,
      message: 'Nobody owns it.',
      remedy: 'Name the team that answers for every contact in it.',
    });
  if (!ways.some(({ to }) => to === id))
    gaps.push({
      document,
      title,
      message: 'Nobody comes into it.',
      remedy: 'Let a handover or a rule lead here.',
    });
  if (!ways.some(({ from }) => from === id))
    gaps.push({
      document,
      title,
      message: 'Nobody can leave it.',
      remedy: 'Let a handover or a rule lead on from here.',
    });
  return gaps;
}
