import { drop, type Fault, put, state, type Which } from '../fault.ts';
import { objects } from '../template.ts';

const machine = (id: string): Which => ({
  type: 'AWS::StepFunctions::StateMachine',
  id: new RegExp(`^${id}`),
});
/** A placeholder of the definition. */
const stayStep = `\${StayStep}`;
const begin = 'Begin the stay';
const stay = 'In the stage';

export const machineFaults: Fault[] = [
  state('a machine starts nowhere', 'contact-cycle', '', (s) => {
    s.StartAt = 'Begin';
  }),
  state('a machine has no start', 'contact-cycle', '', (s) => {
    delete s.StartAt;
  }),
  state('a machine speaks the old language', 'contact-cycle', '', (s) => {
    s.QueryLanguage = 'JSONPath';
  }),
  state('a state leads nowhere', 'contact-cycle', begin, (s) => {
    s.Next = 'In a stage';
  }),
  state('a state leads on and ends', 'contact-cycle', begin, (s) => {
    s.End = true;
  }),
  state('a state is of a type that does not exist', 'contact-cycle', begin, (s) => {
    s.Type = 'Invoke';
  }),
  state('a state cannot be reached', 'contact-cycle', 'What happened?', (s) => {
    s.Choices = objects(s.Choices).slice(1);
    s.Default = 'Stay ended';
  }),
  state('a name is longer than allowed', 'publisher', '', (s) => {
    s.StartAt = 'x'.repeat(81);
  }),
  state('a task calls another service', 'contact-cycle', begin, (s) => {
    s.Resource = 'arn:aws:states:::dynamodb:putItem';
  }),
  state('a task starts a machine', 'contact-cycle', begin, (s) => {
    s.Resource = 'arn:aws:states:::states:startExecution';
    s.Arguments = { StateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:other' };
  }),
  state('an integration is misspelt', 'contact-cycle', begin, (s) => {
    s.Resource = 'arn:aws:states:::lambda:invokeFunction';
  }),
  state('a task calls a function by its ARN', 'contact-cycle', begin, (s) => {
    s.Resource = 'arn:aws:lambda:eu-central-1:999999999999:function:other';
    delete s.Arguments;
  }),
  state('a task names a placeholder that nobody fills', 'contact-cycle', begin, (s) => {
    s.Arguments = { FunctionName: `\${StaySteps}`, Payload: {} };
  }),
  state('a task names a function of another account', 'contact-cycle', begin, (s) => {
    s.Arguments = { FunctionName: 'arn:aws:lambda:eu-central-1:999999999999:function:other', Payload: {} };
  }),
  state('a task gives an argument that does not exist', 'contact-cycle', begin, (s) => {
    s.Arguments = { FunctionName: stayStep, Payloads: {} };
  }),
  state('a task is tried once', 'contact-cycle', begin, (s) => {
    delete s.Retry;
  }),
  state('a task is not tried again after Transient', 'contact-cycle', begin, (s) => {
    for (const retry of objects(s.Retry)) retry.ErrorEquals = ['Lambda.ServiceException'];
  }),
  state('tries come ever faster', 'contact-cycle', begin, (s) => {
    for (const retry of objects(s.Retry)) retry.BackoffRate = 0.5;
  }),
  state('tries are spread in a way that does not exist', 'contact-cycle', begin, (s) => {
    for (const retry of objects(s.Retry)) retry.JitterStrategy = 'RANDOM';
  }),
  state('tries of all come at one time', 'contact-cycle', begin, (s) => {
    for (const retry of objects(s.Retry)) retry.JitterStrategy = 'NONE';
  }),
  state('a task is never tried again', 'contact-cycle', begin, (s) => {
    for (const retry of objects(s.Retry)) retry.MaxAttempts = 0;
  }),
  state('tries are further apart than a year', 'contact-cycle', begin, (s) => {
    for (const retry of objects(s.Retry)) retry.MaxDelaySeconds = 40_000_000;
  }),
  state('a retry is misspelt', 'contact-cycle', begin, (s) => {
    for (const retry of objects(s.Retry)) {
      retry.MaxAttempt = 6;
    }
  }),
  state('an error ends as a success', 'contact-cycle', begin, (s) => {
    for (const caught of objects(s.Catch)) caught.Next = 'Stay ended';
  }),
  state('an error leads nowhere', 'contact-cycle', begin, (s) => {
    for (const caught of objects(s.Catch)) delete caught.Next;
  }),
  state('every error stands beside another', 'contact-cycle', stay, (s) => {
    for (const caught of objects(s.Catch)) caught.ErrorEquals = ['States.ALL', 'States.Timeout'];
  }),
  state('a payload carries a name', 'contact-cycle', begin, (s) => {
    s.Arguments = {
      FunctionName: stayStep,
      Payload: { contactId: 'x', name: '{% $states.context.Execution.Input.name %}' },
    };
  }),
  state('a payload carries everything', 'contact-cycle', begin, (s) => {
    s.Arguments = { FunctionName: stayStep, Payload: '{% $states.input %}' };
  }),
  state('a payload carries an address', 'contact-cycle', begin, (s) => {
    s.Arguments = { FunctionName: stayStep, Payload: { contactId: 'anna@example.com', do: 'begin' } };
  }),
  state('nobody gets the token', 'contact-cycle', stay, (s) => {
    s.Arguments = { FunctionName: stayStep, Payload: { do: 'await' } };
  }),
  state('a wait for a token never ends', 'contact-cycle', stay, (s) => {
    delete s.TimeoutSeconds;
  }),
  state('an expression does not parse', 'contact-cycle', stay, (s) => {
    s.TimeoutSeconds = '{% $r.seconds + %}';
  }),
  state('an expression names a variable that nobody assigns', 'contact-cycle', stay, (s) => {
    s.TimeoutSeconds = '{% $q.seconds %}';
  }),
  state('a field is of the old language', 'contact-cycle', begin, (s) => {
    s.ResultPath = '$.r';
  }),
  state('a wait says twice until when', 'contact-cycle', 'Try again tomorrow', (s) => {
    s.Timestamp = '2030-01-01T00:00:00Z';
  }),
  state('a wait says nothing', 'contact-cycle', 'Try again tomorrow', (s) => {
    delete s.Seconds;
  }),
  state('a choice has nothing to choose from', 'contact-cycle', 'What was answered?', (s) => {
    s.Choices = [];
  }),
  state('a page of a campaign is tried once', 'campaign', 'Enrol one page', (s) => {
    delete s.Retry;
  }),
  state('a failure has no name', 'publisher', 'Not published', (s) => {
    delete s.Error;
  }),
  state('a journey calls another service', 'welcome', 'Mark failed', (s) => {
    s.Resource = 'arn:aws:states:::sns:publish';
  }),
  state('a journey swallows errors', 'welcome', '', (s) => {
    for (const each of Object.values(objects(s.States)[0] ?? {}).flatMap((value) => objects(value)))
      for (const caught of objects(each.Catch)) if (caught.Next === 'Mark failed') caught.Next = 'Ended';
  }),
  state('a journey fails without a reason', 'welcome', 'Failed', (s) => {
    delete s.Error;
  }),
  put(
    'a placeholder is filled with another function',
    machine('contactcycle'),
    ['DefinitionSubstitutions', 'StayStep', 'Fn::GetAtt', 0],
    'cleanupFunctionA6193098',
  ),
  put(
    'a placeholder is filled with something in no template',
    machine('contactcycle'),
    ['DefinitionSubstitutions', 'StayStep', 'Fn::GetAtt', 0],
    'staystep',
  ),
  drop('a placeholder is not filled', machine('contactcycle'), ['DefinitionSubstitutions']),
  put(
    'a placeholder is filled that nothing names',
    machine('contactcycle'),
    ['DefinitionSubstitutions', 'RunStep'],
    { 'Fn::GetAtt': ['runstepFunction591394E3', 'Arn'] },
  ),
  put('a machine is an express one', machine('contactcycle'), ['StateMachineType'], 'EXPRESS'),
  put('a machine is of a type that does not exist', machine('contactcycle'), ['StateMachineType'], 'DURABLE'),
  put('a machine has another name', machine('contactcycle'), ['StateMachineName'], 'baton-dev-cycle'),
  put(
    'a machine runs with the role of journeys',
    machine('contactcycle'),
    ['RoleArn', 'Fn::GetAtt', 0],
    'JourneysRole90CA94EC',
  ),
];
