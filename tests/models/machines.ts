import type { Ports } from '@baton/functions/ports.ts';
import { caseStep } from '@baton/functions/use-cases/case-step.ts';
import { runStep, type StepResult } from '@baton/functions/use-cases/run-step.ts';
import { type StayResult, stayStep } from '@baton/functions/use-cases/stay-step.ts';
import type { Journey } from '@baton/rules/documents/index.ts';
import { shape, successors } from '@baton/rules/journey/step-kinds.ts';
import * as z from 'zod';
import type { Actor, Way } from './stage.ts';
import { type Execution, stateOf, type World } from './world.ts';

/*
 * State machines as actors: what `compile` makes of a journey, `contact-cycle.asl.json` and `case.asl.json`. A machine is durable and
 * does not crash; the functions that it calls do, and are called again. A timer counts from when the state was entered,
 * so it may run out while the function of the state is still at work, and the machine then leaves the function behind.
 */
const JourneyInput = z.object({
  contactId: z.string(),
  enrolmentId: z.string(),
  run: z.number().optional(),
  /** Where an execution begins that goes on for another. */
  step: z.string().optional(),
});
const StayInput = z.object({ contactId: z.string(), stay: z.number() });
const CaseInput = z.object({ contactId: z.string(), caseId: z.string() });
const CaseNews = z.looseObject({ to: z.enum(['wait', 'again', 'over']), seconds: z.number().optional() });
const Answer = z.looseObject({ to: z.string() });
const News = z.looseObject({
  to: z.enum(['in-stage', 'offered', 'left', 'returned']),
  seconds: z.number().optional(),
  handoverId: z.string().optional(),
});

class Stopped extends Error {}

/** Runs an execution that has been started. */
export function runMachine(world: World, name: string, now: number): void {
  const execution = world.executions.get(name);
  if (!execution) throw new Error(`no execution ${name}`);
  world.stage.enter(name, now, async (actor) => {
    try {
      const journey = world.journeyOf(execution.machine);
      if (journey) await runJourney(world, actor, execution, journey);
      else if (execution.machine === 'case') await runCase(world, actor, execution);
      else await runStay(world, actor, execution);
      execution.state = 'ended';
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  });
}

/** States are entered one after the other; `visit` tells them apart as the instants of a real machine do. */
function visitsOf(actor: Actor) {
  return () => new Date(++actor.now).toISOString();
}

async function runJourney(world: World, actor: Actor, execution: Execution, journey: Journey): Promise<void> {
  const { step: begin, ...enrolment } = JourneyInput.parse(execution.input);
  const enrolments = [enrolment];
  const enter = visitsOf(actor);
  for (let step: string | undefined = begin ?? journey.start; step !== undefined; )
    step = await through(step);

  async function through(id: string): Promise<string | undefined> {
    const document = journey.steps[id];
    if (!document) throw new Error(`no step ${id}`);
    const form = shape(document);
    const ask = async (phase: 'enter' | 'plan' | 'timeout') => {
      const visit = enter();
      return first(
        await call(world, actor, execution, (ports) =>
          runStep(ports, { enrolments, step: id, phase, visit }),
        ),
      );
    };
    if (form.kind === 'await') {
      const planned = form.seconds === 'planned' ? ((await ask('plan')).seconds ?? 1) : form.seconds;
      const visit = enter();
      const answer = await token(world, actor, execution, planned, (ports, own) =>
        runStep(ports, { enrolments, step: id, phase: 'enter', visit, token: own }),
      );
      const { to } = answer === undefined ? await ask('timeout') : Answer.parse(answer);
      return successors(document).includes(to) ? to : undefined;
    }
    const result = await ask('enter');
    if (result.held && result.until !== undefined) {
      await pause(world, actor, execution, Date.parse(result.until));
      return id;
    }
    if (form.kind === 'stop') return undefined;
    if (form.kind === 'route') return successors(document).includes(result.to) ? result.to : undefined;
    if (form.kind === 'pause' && result.until !== undefined)
      await pause(world, actor, execution, Date.parse(result.until));
    return form.next;
  }
}

const first = ({ results }: { results: StepResult[] }): StepResult => {
  const [result] = results;
  if (!result) throw new Error('a step function must answer');
  return result;
};

async function runStay(world: World, actor: Actor, execution: Execution): Promise<void> {
  const { contactId, stay } = StayInput.parse(execution.input);
  const enter = visitsOf(actor);
  let news: StayResult | z.infer<typeof News> = await begin();
  for (;;) {
    const answer = await token(world, actor, execution, news.seconds ?? 1, (ports, own) =>
      stayStep(ports, { contactId, stay, do: 'await', token: own }),
    );
    if (answer === undefined) {
      const visit = enter();
      news = await call(world, actor, execution, (ports) =>
        stayStep(ports, { contactId, stay, do: 'escalate', visit }),
      );
      continue;
    }
    news = News.parse(answer);
    if (news.to === 'left') return;
    if (news.to !== 'offered') {
      news = await begin();
      continue;
    }
    const { handoverId, seconds = 1 } = news;
    const reply = await token(world, actor, execution, seconds, (ports, own) =>
      stayStep(ports, { contactId, stay, do: 'offer', handoverId, token: own }),
    );
    if (reply === undefined)
      news = await call(world, actor, execution, (ports) =>
        stayStep(ports, { contactId, stay, do: 'expire', handoverId }),
      );
    else if (News.parse(reply).to === 'left') return;
    else news = await begin();
  }

  function begin(): Promise<StayResult> {
    return call(world, actor, execution, (ports) => stayStep(ports, { contactId, stay, do: 'begin' }));
  }
}

async function runCase(world: World, actor: Actor, execution: Execution): Promise<void> {
  const input = CaseInput.parse(execution.input);
  for (;;) {
    let next = await plan();
    while (next.to === 'wait') {
      const { seconds, changes } = next;
      const answer = await token(world, actor, execution, seconds, (ports, own) =>
        caseStep(ports, { ...input, do: 'await', changes, token: own }),
      );
      if (answer !== undefined && CaseNews.parse(answer).to === 'over') return;
      if (answer !== undefined) break;
      next = await call(world, actor, execution, (ports) => caseStep(ports, { ...input, do: 'due' }));
    }
    if (next.to === 'over') return;
  }

  function plan() {
    return call(world, actor, execution, (ports) => caseStep(ports, { ...input, do: 'plan' }));
  }
}

/** A task state: its function is called until it has answered. */
async function call<T>(
  world: World,
  actor: Actor,
  execution: Execution,
  body: (ports: Ports) => Promise<T>,
): Promise<T> {
  if (execution.state === 'stopped') throw new Stopped();
  return world.invoke(actor, body);
}

/** A task state that a token completes; `undefined` when its time has run out. Every attempt has a token of its own. */
async function token(
  world: World,
  actor: Actor,
  execution: Execution,
  seconds: number,
  body: (ports: Ports, token: string) => Promise<unknown>,
): Promise<unknown> {
  if (execution.state === 'stopped') throw new Stopped();
  const state = `${actor.name}@${++actor.now}`;
  const until = actor.now + seconds * 1000;
  let attempt = 0;
  let failed: unknown;
  let working = true;
  let left = false;
  const present = () => world.tokens.get(`${state}/${attempt}`);
  const close = () => {
    const before = present();
    if (before) before.closed = true;
  };
  world.stage.enter(`function of ${state}`, actor.now, async (own) => {
    try {
      await world.invoke(own, async (ports) => {
        const next = (chosen: Way) => {
          // A state that is over asks its function no more.
          if (chosen === 'left') throw new Stopped();
          close();
          world.tokens.set(`${state}/${++attempt}`, { closed: false });
          return `${state}/${attempt}`;
        };
        const touches = () => ({ writes: [stateOf(`${state}/`)] });
        const ways = () => [left && attempt > 0 ? 'left' : 'go'];
        await body(ports, await world.stage.ask(own, { label: 'gets a token', touches, ways, act: next }));
      });
    } catch (error) {
      failed = error;
    }
    working = false;
  });
  const way = await world.stage.ask(actor, {
    label: 'waits for its token',
    dueAt: until,
    touches: () => ({ writes: [stateOf(`${state}/`)], reads: [`execution ${actor.name}`] }),
    ways: () => {
      if (execution.state === 'stopped') return ['stopped'];
      if (failed !== undefined) return ['failed'];
      if (present()?.output !== undefined) return ['go'];
      return world.faults.timers > 0 && (world.faults.hasty || !working) ? ['timeout'] : [];
    },
    act: (chosen) => {
      if (chosen === 'timeout') {
        world.faults.timers--;
        actor.now = Math.max(actor.now, until);
        close();
      }
      left = true;
      return chosen;
    },
  });
  if (way === 'stopped') throw new Stopped();
  if (way === 'failed') throw failed;
  return way === 'timeout' ? undefined : present()?.output;
}

async function pause(world: World, actor: Actor, execution: Execution, until: number): Promise<void> {
  const way = await world.stage.ask(actor, {
    label: `sleeps until ${new Date(until).toISOString()}`,
    dueAt: until,
    touches: () => ({ reads: [`execution ${actor.name}`] }),
    ways: () => {
      if (execution.state === 'stopped') return ['stopped'];
      return world.faults.timers > 0 || actor.now >= until ? ['timeout'] : [];
    },
    act: (chosen) => {
      if (chosen === 'timeout' && actor.now < until) world.faults.timers--;
      actor.now = Math.max(actor.now, until);
      return chosen;
    },
  });
  if (way === 'stopped') throw new Stopped();
}
