import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Finding, Gate } from './finding.ts';
import { type Role, rolesOf } from './policies.ts';
import type { Deployed } from './resolve.ts';
import { account, at, region } from './template.ts';

type Question = {
  who: string;
  action: string;
  on: string;
  given?: Record<string, string>;
  answer: 'may' | 'may not';
};

const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;

/** Where things are in the made-up account. `foreign` is another stack of the same account. */
function places({ stage: { stage } }: Deployed, roles: readonly Role[]) {
  const prefix = `baton-${stage}`;
  const table = (name: string) => arn('dynamodb', `table/Baton-${stage}-Data-${name}`);
  return {
    core: table('TablesCore90572085'),
    design: table('TablesDesignBE75E38B'),
    guard: table('TablesGuardA3FF8249'),
    machine: (name: string) => arn('states', `stateMachine:${prefix}-${name}`),
    execution: (name: string) => arn('states', `execution:${prefix}-${name}:run`),
    foreign: arn('states', 'stateMachine:baton-other-j-welcome'),
    foreignExecution: arn('states', 'execution:baton-other-j-welcome:run'),
    function: (name: string) => arn('lambda', `function:${prefix}-${name}`),
    bus: arn('events', `event-bus/${prefix}`),
    identity: arn('ssm', `parameter/${prefix}/identity-key`),
    writeKey: arn('ssm', `parameter/${prefix}/write-key`),
    webhookSecret: arn('ssm', `parameter/${prefix}/webhook-secret`),
    address: arn('ssm', `parameter/${prefix}/address`),
    schedule: arn('scheduler', `schedule/${prefix}-campaigns/spring`),
    foreignSchedule: arn('scheduler', 'schedule/default/spring'),
    site: `arn:aws:s3:::baton-${stage}-edge-sitebucket978d4aeb`,
    role: (beginning: string) => roles.find(({ id }) => id.startsWith(beginning))?.arn ?? beginning,
    log: (name: string) => arn('logs', `log-group:/baton/${prefix}-${name}:log-stream:now`),
  };
}

const reads = ['dynamodb:GetItem', 'dynamodb:Query'];
const writes = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];
const toStates = { 'iam:PassedToService': 'states.amazonaws.com' };
const toScheduler = { 'iam:PassedToService': 'scheduler.amazonaws.com' };

/** What every function and role must be able to do, and what none of them may, whatever else changes. */
export function questionsFor(deployed: Deployed, roles = rolesOf(deployed)): Question[] {
  const p = places(deployed, roles);
  const ask =
    (answer: Question['answer']) =>
    (who: string, actions: string | string[], on: string, given = {}) =>
      [actions].flat().map((action): Question => ({ who, action, on, given, answer }));
  const may = ask('may');
  const mayNot = ask('may not');
  const everyone = [
    ...[
      'record-event',
      'apply-event',
      'dispatch',
      'run-step',
      'stay-step',
      'case-step',
      'campaign-step',
      'publish-step',
    ],
    ...[
      'sweep',
      'record-feedback',
      'api-read',
      'api-events',
      'api-answers',
      'api-runs',
      'api-documents',
      'api-admin',
    ],
    ...['deliver-webhook', 'unsubscribe', 'segment', 'auth', 'deploy-library', 'deploy-site', 'clean-up'],
  ];
  const but = (...names: string[]) => everyone.filter((name) => !names.includes(name));
  const journeyRole = p.role(otherRoles.journeys);
  const starterRole = p.role(otherRoles.campaigns);
  return [
    // The role of journeys
    ...may('journeys', 'lambda:InvokeFunction', p.function('run-step')),
    ...mayNot('journeys', 'lambda:InvokeFunction', p.function('clean-up')),
    ...mayNot('journeys', [...reads, ...writes], p.core),
    ...mayNot('journeys', 'states:StartExecution', p.machine('j-welcome')),
    ...mayNot('journeys', 'iam:PassRole', journeyRole, toStates),
    // Events
    ...may('record-event', ['dynamodb:GetItem', 'dynamodb:PutItem'], p.core),
    ...may('record-event', 'ssm:GetParameter', p.identity),
    ...mayNot('record-event', writes, p.design),
    ...mayNot('record-event', ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'], p.core),
    ...mayNot('record-event', 'ssm:PutParameter', p.identity),
    ...may('apply-event', writes, p.core),
    ...may('apply-event', 'dynamodb:Query', `${p.core}/index/due`),
    ...mayNot('apply-event', 'dynamodb:Query', `${p.core}/index/lists`),
    ...may('apply-event', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], p.guard),
    ...mayNot('apply-event', ['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'], p.guard),
    ...may('apply-event', 'ssm:GetParameter', p.identity),
    ...mayNot('apply-event', 'states:StartExecution', p.machine('j-welcome')),
    ...may('dispatch', 'states:StartExecution', p.machine('j-welcome')),
    ...may('dispatch', 'states:StartExecution', p.machine('contact-cycle')),
    ...may('dispatch', 'states:StartExecution', p.machine('case')),
    ...may('dispatch', 'states:StopExecution', p.execution('j-welcome')),
    ...may('dispatch', 'events:PutEvents', p.bus),
    ...mayNot('dispatch', 'states:StopExecution', p.foreignExecution),
    ...mayNot('dispatch', 'states:StopExecution', p.execution('publisher')),
    ...mayNot('dispatch', 'states:StartExecution', p.foreign),
    ...mayNot('dispatch', 'states:StartExecution', p.machine('publisher')),
    ...mayNot('dispatch', 'events:PutEvents', arn('events', 'event-bus/default')),
    ...may('sweep', 'states:SendTaskSuccess', '*'),
    ...may('sweep', 'dynamodb:Query', `${p.core}/index/due`),
    ...may('sweep', 'dynamodb:UpdateItem', p.design),
    ...mayNot('sweep', ['dynamodb:PutItem', 'dynamodb:DeleteItem'], p.design),
    ...mayNot('dispatch', ['dynamodb:Query', ...writes], p.design),
    ...may('record-feedback', 'dynamodb:UpdateItem', p.core),
    ...mayNot('record-feedback', [...reads, ...writes], p.design),
    // Steps
    ...may('run-step', ['dynamodb:GetItem', 'dynamodb:ConditionCheckItem'], p.guard),
    ...may('run-step', 'states:SendTaskSuccess', '*'),
    ...mayNot('run-step', 'states:StartExecution', p.machine('j-welcome')),
    ...mayNot('run-step', writes, p.design),
    ...mayNot('run-step', writes, p.guard),
    ...may('run-step', 'ssm:GetParameter', p.address),
    ...mayNot('stay-step', [...reads, ...writes], p.guard),
    ...mayNot('stay-step', 'states:StartExecution', p.machine('contact-cycle')),
    ...may('campaign-step', 'dynamodb:Query', `${p.core}/index/lists`),
    ...mayNot('campaign-step', ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'], p.core),
    ...mayNot('campaign-step', 'states:StartExecution', p.machine('campaign')),
    // Publishing
    ...may(
      'publish-step',
      ['states:CreateStateMachine', 'states:UpdateStateMachine'],
      p.machine('j-welcome'),
    ),
    ...may('publish-step', 'iam:PassRole', journeyRole, toStates),
    ...may('publish-step', 'iam:PassRole', starterRole, toScheduler),
    ...may('publish-step', 'scheduler:CreateSchedule', p.schedule),
    ...mayNot('publish-step', ['states:CreateStateMachine', 'states:UpdateStateMachine'], p.foreign),
    ...mayNot('publish-step', 'states:UpdateStateMachine', p.machine('publisher')),
    ...mayNot('publish-step', 'states:DeleteStateMachine', p.machine('j-welcome')),
    ...mayNot('publish-step', 'states:StartExecution', p.machine('j-welcome')),
    ...mayNot('publish-step', 'iam:PassRole', journeyRole, { 'iam:PassedToService': 'lambda.amazonaws.com' }),
    ...mayNot('publish-step', 'iam:PassRole', journeyRole, toScheduler),
    ...mayNot('publish-step', 'iam:PassRole', p.role('cleanupRole'), toStates),
    ...mayNot('publish-step', 'scheduler:CreateSchedule', p.foreignSchedule),
    ...mayNot('publish-step', [...reads, ...writes], p.core),
    ...but('publish-step', 'deploy-library').flatMap((name) => [
      ...mayNot(name, 'iam:PassRole', journeyRole, toStates),
      ...mayNot(name, 'states:CreateStateMachine', p.machine('j-welcome')),
    ]),
    // The API
    ...may('api-read', 'dynamodb:Query', `${p.core}/index/timeline`),
    ...mayNot('api-read', writes, p.core),
    ...mayNot('api-read', writes, p.design),
    ...mayNot('api-read', reads, p.guard),
    ...may('api-events', 'events:PutEvents', p.bus),
    ...mayNot('api-events', writes, p.core),
    ...mayNot('api-events', writes, p.guard),
    ...may('api-answers', 'dynamodb:UpdateItem', p.core),
    ...mayNot('api-answers', writes, p.design),
    ...mayNot('api-answers', 'dynamodb:DeleteItem', p.core),
    ...may('api-runs', 'states:StartExecution', p.machine('campaign')),
    ...mayNot('api-runs', 'states:StartExecution', p.machine('publisher')),
    ...mayNot('api-runs', [...reads, ...writes], p.core),
    ...may('api-documents', 'states:StartExecution', p.machine('publisher')),
    ...mayNot('api-documents', 'states:CreateStateMachine', p.machine('j-welcome')),
    ...mayNot('api-documents', 'states:StartExecution', p.machine('campaign')),
    ...mayNot('api-documents', [...reads, ...writes], p.core),
    ...may('unsubscribe', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], p.core),
    ...may('unsubscribe', 'ssm:GetParameter', p.identity),
    ...mayNot('unsubscribe', ['dynamodb:Query', 'dynamodb:DeleteItem'], p.core),
    ...mayNot('unsubscribe', [...reads, ...writes], p.guard),
    ...may('segment', ['dynamodb:GetItem', 'dynamodb:PutItem'], p.core),
    ...may('segment', 'ssm:GetParameter', p.writeKey),
    ...may('segment', 'events:PutEvents', p.bus),
    ...mayNot('segment', ['dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], p.core),
    ...mayNot('segment', writes, p.guard),
    ...mayNot('segment', writes, p.design),
    ...but('segment').flatMap((name) => mayNot(name, 'ssm:GetParameter', p.writeKey)),
    ...but('deploy-library').flatMap((name) => mayNot(name, 'ssm:PutParameter', p.writeKey)),
    ...may('deliver-webhook', 'ssm:GetParameter', p.webhookSecret),
    ...mayNot('deliver-webhook', 'ssm:GetParameter', p.identity),
    ...mayNot('deliver-webhook', [...reads, ...writes], p.core),
    ...mayNot('deliver-webhook', 'events:PutEvents', p.bus),
    ...but('deliver-webhook').flatMap((name) => mayNot(name, 'ssm:GetParameter', p.webhookSecret)),
    ...but('deploy-library').flatMap((name) => mayNot(name, 'ssm:PutParameter', p.webhookSecret)),
    ...mayNot('auth', [...reads, ...writes], p.core),
    ...mayNot('auth', 'ssm:GetParameter', p.identity),
    // Deployments
    ...may('deploy-library', ['ssm:PutParameter', 'ssm:GetParameter'], p.identity),
    ...but('deploy-library').flatMap((name) => mayNot(name, 'ssm:PutParameter', p.identity)),
    ...but('clean-up').flatMap((name) => mayNot(name, 'ssm:DeleteParameter', p.identity)),
    ...mayNot('deploy-library', [...reads, ...writes], p.core),
    ...may('deploy-site', ['s3:PutObject', 's3:DeleteObject'], `${p.site}/index.html`),
    ...may('deploy-site', 's3:ListBucket', p.site),
    ...but('deploy-site').flatMap((name) => mayNot(name, 's3:PutObject', `${p.site}/index.html`)),
    ...mayNot('deploy-site', 's3:PutObject', 'arn:aws:s3:::another-bucket/index.html'),
    ...mayNot('deploy-site', 's3:PutBucketPolicy', p.site),
    ...may('clean-up', 'states:DeleteStateMachine', p.machine('j-welcome')),
    ...mayNot('clean-up', 'states:DeleteStateMachine', p.foreign),
    ...mayNot('clean-up', 'states:DeleteStateMachine', p.machine('contact-cycle')),
    ...mayNot('clean-up', writes, p.core),
    // Who starts what, and where everybody writes their log
    ...may('campaigns', 'states:StartExecution', p.machine('campaign')),
    ...mayNot('campaigns', 'states:StartExecution', p.machine('j-welcome')),
    ...may('sweep by the clock', 'lambda:InvokeFunction', p.function('sweep')),
    ...mayNot('sweep by the clock', 'lambda:InvokeFunction', p.function('clean-up')),
    ...may('contact-cycle', 'lambda:InvokeFunction', p.function('stay-step')),
    ...mayNot('contact-cycle', 'lambda:InvokeFunction', p.function('run-step')),
    ...may('case', 'lambda:InvokeFunction', p.function('case-step')),
    ...mayNot('case', 'lambda:InvokeFunction', p.function('stay-step')),
    ...mayNot('case-step', [...reads, ...writes], p.guard),
    ...mayNot('case-step', 'states:StartExecution', p.machine('case')),
    ...may('campaign', 'states:StartExecution', p.machine('campaign')),
    ...mayNot('campaign', 'states:StartExecution', p.machine('j-welcome')),
    ...mayNot('publisher', 'states:CreateStateMachine', p.machine('j-welcome')),
    ...everyone.flatMap((name) => [
      ...may(name, 'logs:PutLogEvents', p.log(name)),
      ...mayNot(name, 'logs:PutLogEvents', p.log('api')),
    ]),
  ];
}

/** The logical ids of roles that belong to no function. */
const otherRoles = {
  journeys: 'JourneysRole',
  campaigns: 'CampaignStarterRole',
  'sweep by the clock': 'TimetableCallersweep',
  'contact-cycle': 'contactcycleRole',
  case: 'caseRole',
  campaign: 'campaignRole',
  publisher: 'publisherRole',
} as const;

/** Asks a simulator of IAM every question about the policies as they are deployed. */
export const simulationGate: Gate = async (deployed) => {
  const roles = rolesOf(deployed);
  const answers = await Promise.all(
    questionsFor(deployed, roles).map(async (question) => {
      const role = roleOf(question.who, roles, deployed);
      const answer = role ? await simulated(role, question) : 'no role';
      return { question, answer };
    }),
  );
  return answers.flatMap(({ question, answer }): Finding[] => {
    if (answer === question.answer) return [];
    const { who, action, on } = question;
    return [
      { rule: 'iam-answer', at: who, says: `${who} ${question.answer} ${action} on ${on}, but: ${answer}` },
    ];
  });
};

function roleOf(who: string, roles: readonly Role[], { stage, resources }: Deployed): Role | undefined {
  const [, beginning] = Object.entries(otherRoles).find(([name]) => name === who) ?? [];
  if (beginning !== undefined) return roles.find(({ id }) => id.startsWith(beginning));
  const owner = resources.find(({ properties }) => properties.FunctionName === `baton-${stage.stage}-${who}`);
  return roles.find(({ arn: each }) => each === at(owner?.properties, 'Role'));
}

const known = new Map<string, Promise<string>>();

/** A policy answers the same question in the same way, so a run of many mutated deployments asks once. */
function simulated(role: Role, question: Question): Promise<string> {
  const statements = role.statements.map(({ raw }) => raw);
  const key = JSON.stringify([role.arn, statements, question.action, question.on, question.given]);
  const answer = known.get(key) ?? simulate(role.arn, statements, question);
  known.set(key, answer);
  return answer;
}

async function simulate(
  principal: string,
  statements: unknown[],
  { action, on, given = {} }: Question,
): Promise<string> {
  const response = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource: on, accountId: account },
        contextVariables: given,
      },
      identityPolicies: [{ name: 'rights', policy: { Version: '2012-10-17', Statement: statements } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (response.resultType === 'error') return `it cannot be asked: ${JSON.stringify(response.errors)}`;
  return response.overallResult === 'Allowed' ? 'may' : 'may not';
}
