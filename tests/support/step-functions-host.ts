import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsWorkflows, type Machines } from '@baton/functions/adapters/aws/workflows.ts';
import { campaignStepHandler } from '@baton/functions/handlers/campaign-step.ts';
import { caseStepHandler } from '@baton/functions/handlers/case-step.ts';
import { publishStepHandler } from '@baton/functions/handlers/publish-step.ts';
import { runStepHandler } from '@baton/functions/handlers/run-step.ts';
import { stayStepHandler } from '@baton/functions/handlers/stay-step.ts';
import type { Handler } from '@baton/functions/handlers/task.ts';
import type { Ports, Workflows } from '@baton/functions/ports.ts';
import type { HostOptions } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { workflows as shipped, workflowTasks } from '@baton/infra/routes.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import * as z from 'zod';
import { arns, journeyRole, stepFunctions } from './step-functions.ts';
import { openVirtualHost } from './virtual-host.ts';

export const prefix = 'baton-test';

const arnOf = (name: string): string => `arn:aws:lambda:eu-central-1:123456789012:function:${prefix}-${name}`;
const functionArns = Object.fromEntries(
  Object.entries(workflowTasks).map(([placeholder, name]) => [placeholder, arnOf(name)]),
);
const machines: Machines = {
  prefix,
  arns,
  journeyRole,
  functions: functionArns,
  builtIn: Object.fromEntries(shipped.map((name) => [name, `${arns}${prefix}-${name}`])),
};

/** As CloudFormation fills the placeholders when it makes the machines that come with a deployment. */
function filled(workflow: string): string {
  const file = join(import.meta.dirname, `../../infra/workflows/${workflow}.asl.json`);
  return Object.entries(functionArns).reduce(
    (text, [placeholder, arn]) => text.replaceAll(`\${${placeholder}}`, arn),
    readFileSync(file, 'utf8'),
  );
}

/** The local host, whose functions know Step Functions only. */
export async function onStepFunctions(
  start: string,
  library: Library,
  more: Pick<HostOptions, 'storeOf'> = {},
) {
  const handlers: Record<string, Handler> = {};
  const clock = createVirtualClock(start);
  const aws = stepFunctions({
    clock,
    invoke: async (arn, payload) => {
      const handler = handlers[arn];
      if (!handler) throw new Error(`no function ${arn}`);
      return z.json().parse(JSON.parse(JSON.stringify((await handler(payload)) ?? null)));
    },
  });
  for (const name of shipped)
    aws.request('CreateStateMachine', {
      name: `${prefix}-${name}`,
      roleArn: 'arn:aws:iam::123456789012:role/shipped',
      definition: filled(name),
    });
  const plan: Workflows['plan'] = async () => {};
  const workflows = awsWorkflows(aws.client, machines, plan);
  const host = await openVirtualHost(start, library, {
    ...more,
    portsOf: (_name, ports) => ({ ...ports, workflows }),
  });
  const ports: Ports = { ...host.ports, workflows };
  handlers[arnOf('run-step')] = runStepHandler(ports);
  handlers[arnOf('stay-step')] = stayStepHandler(ports);
  handlers[arnOf('case-step')] = caseStepHandler(ports);
  handlers[arnOf('campaign-step')] = campaignStepHandler(ports);
  handlers[arnOf('publish-step')] = publishStepHandler(ports);

  async function settle(): Promise<void> {
    do await host.settle();
    while (await aws.step());
  }
  async function passUntil(instant: string): Promise<void> {
    const end = Date.parse(instant);
    const next = () => Math.min(host.dueAt() ?? Infinity, aws.dueAt() ?? Infinity);
    for (let due = next(); due <= end; due = next()) {
      for (const each of [clock, host.clock]) each.moveTo(due);
      await settle();
    }
    for (const each of [clock, host.clock]) each.moveTo(end);
    await settle();
  }
  return { host, ports, settle, passUntil, aws };
}
