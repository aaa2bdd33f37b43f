import { drop, type Fault, grant, put, statement, type Which } from '../fault.ts';

const role = (id: string): RegExp => new RegExp(`^${id}Role`);
const trust = (id: string): Which => ({ type: 'AWS::IAM::Role', id: role(id) });
const document = (...path: (string | number)[]) => ['AssumeRolePolicyDocument', 'Statement', 0, ...path];
const here = (service: string, rest: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
});
const table = (name: string) => ({
  'Fn::GetStackOutput': {
    StackName: 'Baton-dev-Data',
    Region: { Ref: 'AWS::Region' },
    OutputName: `PublishOutputFnGetAttTables${name}`,
  },
});
const core = table('Core90572085Arn9748B28F');
const design = table('DesignBE75E38BArn3A63601E');
const aRole = { 'Fn::GetAtt': ['cleanupRole21325CA0', 'Arn'] };

export const rightFaults: Fault[] = [
  statement('an action is misspelt', role('recordevent'), 'dynamodb:GetItem', (s) => {
    s.Action = ['dynamodb:GetItems', 'dynamodb:PutItem'];
  }),
  statement('a service is misspelt', role('recordevent'), 'dynamodb:GetItem', (s) => {
    s.Action = ['dynamo:GetItem', 'dynamodb:PutItem'];
  }),
  statement('an action has no service', role('recordevent'), 'dynamodb:GetItem', (s) => {
    s.Action = 'GetItem';
  }),
  statement('a function may do everything with a table', role('recordevent'), 'dynamodb:GetItem', (s) => {
    s.Action = 'dynamodb:*';
  }),
  statement('a function may do everything', role('recordevent'), 'dynamodb:GetItem', (s) => {
    s.Action = '*';
  }),
  statement('a function reads every table', role('recordevent'), 'dynamodb:GetItem', (s) => {
    s.Resource = '*';
  }),
  statement('an action is about something of another kind', role('dispatch'), 'states:StopExecution', (s) => {
    s.Resource = core;
  }),
  statement('starting is about executions', role('dispatch'), 'states:StartExecution', (s) => {
    s.Resource = here('states', 'execution:baton-dev-j-*:*');
  }),
  statement('a statement says what it leaves out', role('dispatch'), 'events:PutEvents', (s) => {
    s.NotAction = 'iam:*';
    delete s.Action;
  }),
  statement('an effect is misspelt', role('dispatch'), 'events:PutEvents', (s) => {
    s.Effect = 'Alow';
  }),
  statement('a statement has no resource', role('dispatch'), 'events:PutEvents', (s) => {
    delete s.Resource;
  }),
  statement('a statement has a field that does not exist', role('dispatch'), 'events:PutEvents', (s) => {
    s.Conditions = {};
  }),
  statement('a condition has an operator that does not exist', role('publishstep'), 'iam:PassRole', (s) => {
    s.Condition = { StringEqual: { 'iam:PassedToService': 'states.amazonaws.com' } };
  }),
  statement(
    'a condition asks for a key that the action never has',
    role('publishstep'),
    'iam:PassRole',
    (s) => {
      s.Condition = { StringEquals: { 'iam:PassedService': 'states.amazonaws.com' } };
    },
  ),
  statement('any role may be passed', role('publishstep'), 'iam:PassRole', (s) => {
    s.Resource = '*';
  }),
  statement('another role may be passed', role('publishstep'), 'iam:PassRole', (s) => {
    s.Resource = aRole;
  }),
  statement('a role may be passed to any service', role('publishstep'), 'iam:PassRole', (s) => {
    delete s.Condition;
  }),
  statement(
    'a role may be passed to a service that does not trust it',
    role('publishstep'),
    'iam:PassRole',
    (s) => {
      s.Condition = { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } };
    },
  ),
  statement(
    'machines of other stacks may be overwritten',
    role('publishstep'),
    'states:CreateStateMachine',
    (s) => {
      s.Resource = here('states', 'stateMachine:baton-*');
    },
  ),
  statement(
    'machines of this stack may be overwritten',
    role('publishstep'),
    'states:CreateStateMachine',
    (s) => {
      s.Resource = here('states', 'stateMachine:baton-dev-*');
    },
  ),
  statement('executions of other stacks may be stopped', role('dispatch'), 'states:StopExecution', (s) => {
    s.Resource = here('states', 'execution:*:*');
  }),
  statement('all machines may be deleted', role('cleanup'), 'states:DeleteStateMachine', (s) => {
    s.Resource = here('states', 'stateMachine:*');
  }),
  statement('the dispatcher cannot stop what it started', role('dispatch'), 'states:StopExecution', (s) => {
    s.Action = 'states:DescribeExecution';
  }),
  statement('nobody can answer a token', role('sweep'), 'states:SendTaskSuccess', (s) => {
    s.Action = 'states:SendTaskHeartbeat';
  }),
  statement('the sweeper cannot find what is overdue', role('sweep'), 'dynamodb:Query', (s) => {
    s.Action = ['dynamodb:GetItem'];
  }),
  statement('files are put into any bucket', role('deploysite'), 's3:PutObject', (s) => {
    s.Resource = 'arn:aws:s3:::*/*';
  }),
  statement('a function cannot write its log', role('runstep'), 'logs:PutLogEvents', (s) => {
    s.Action = ['logs:CreateLogStream'];
  }),
  statement('a function writes any log', role('runstep'), 'logs:PutLogEvents', (s) => {
    s.Resource = here('logs', 'log-group:*');
  }),
  statement('dead letters of changes cannot be written', role('applyevent'), 'sqs:SendMessage', (s) => {
    s.Action = 'sqs:ReceiveMessage';
  }),
  statement('the consumer cannot delete what it has done', role('recordevent'), 'sqs:DeleteMessage', (s) => {
    s.Action = ['sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
  }),
  statement(
    'the key of the tables opens for everything',
    role('runstep'),
    'kms:Decrypt',
    (s) => {
      s.Condition = { StringEquals: { 'kms:ViaService': 'ssm.eu-central-1.amazonaws.com' } };
      s.Resource = '*';
    },
    'prod',
  ),
  statement(
    'the key of the tables stays shut',
    role('runstep'),
    'kms:Decrypt',
    (s) => {
      s.Action = ['kms:DescribeKey'];
    },
    'prod',
  ),
  statement(
    'mail is sent in any name',
    role('dispatch'),
    'ses:SendEmail',
    (s) => {
      s.Resource = here('ses', 'identity/*');
    },
    'prod',
  ),
  grant('reading the API writes', role('apiread'), 'dynamodb:PutItem', core),
  grant('recording events writes documents', role('recordevent'), 'dynamodb:PutItem', design),
  grant(
    'a step starts journeys',
    role('runstep'),
    'states:StartExecution',
    here('states', 'stateMachine:baton-dev-j-*'),
  ),
  grant(
    'a step writes the key of identities',
    role('runstep'),
    'ssm:PutParameter',
    here('ssm', 'parameter/baton-dev/identity-key'),
  ),
  grant(
    'recording events reads the key of clients',
    role('recordevent'),
    'ssm:GetParameter',
    here('ssm', 'parameter/baton-dev/write-key'),
  ),
  grant(
    'sending reads what webhooks are signed with',
    role('dispatch'),
    'ssm:GetParameter',
    here('ssm', 'parameter/baton-dev/webhook-secret'),
  ),
  grant('the API passes roles', role('apidocuments'), 'iam:PassRole', aRole, {
    Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  }),
  grant('journeys read the tables', role('Journeys'), 'dynamodb:GetItem', core),
  grant('journeys call another function', role('Journeys'), 'lambda:InvokeFunction', {
    'Fn::GetAtt': ['cleanupFunctionA6193098', 'Arn'],
  }),
  grant('a machine calls a function that it does not name', role('contactcycle'), 'lambda:InvokeFunction', {
    'Fn::GetAtt': ['cleanupFunctionA6193098', 'Arn'],
  }),
  grant(
    'the clock starts more than campaigns',
    role('CampaignStarter'),
    'states:StartExecution',
    here('states', 'stateMachine:baton-dev-publisher'),
  ),
  grant('a deployment of files deletes the bucket', role('deploysite'), 's3:DeleteBucket', {
    'Fn::GetAtt': ['SiteBucket978D4AEB', 'Arn'],
  }),
  put(
    'a role has a policy of AWS',
    trust('runstep'),
    ['ManagedPolicyArns'],
    ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
  ),
  put(
    'a role trusts another service',
    trust('runstep'),
    document('Principal', 'Service'),
    'ec2.amazonaws.com',
  ),
  put(
    'a role trusts a service that does not exist',
    trust('Journeys'),
    document('Principal', 'Service'),
    'state.amazonaws.com',
  ),
  put('a role trusts everybody', trust('Journeys'), document('Principal'), { AWS: '*' }),
  put('a role trusts another account', trust('Journeys'), document('Principal'), {
    AWS: 'arn:aws:iam::999999999999:root',
  }),
  drop('Step Functions may use the role for anybody', trust('Journeys'), document('Condition')),
  put(
    'a role is used for another account',
    trust('Journeys'),
    document('Condition', 'StringEquals', 'aws:SourceAccount'),
    '999999999999',
  ),
  put('a role is assumed in another way', trust('Journeys'), document('Action'), 'sts:AssumeRoleWithSAML'),
  put(
    'rights go to another role',
    { type: 'AWS::IAM::Policy', id: /^dispatch/ },
    ['Roles', 0, 'Ref'],
    'staystepRoleCE7F5280',
  ),
  put(
    'a policy is of a version that does not exist',
    trust('runstep'),
    ['Policies', 0, 'PolicyDocument', 'Version'],
    '2024-10-17',
  ),
  put(
    'everybody may use the key of the tables',
    { type: 'AWS::KMS::Key' },
    ['KeyPolicy', 'Statement', 0, 'Principal'],
    { AWS: '*' },
    'prod',
  ),
];
