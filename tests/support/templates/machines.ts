import { checkDefinition } from '@baton/infra/local/state-machine/check-definition.ts';
import { workflowTasks } from '@baton/infra/routes.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { Finding, Gate } from './finding.ts';
import type { Deployed, Resolved } from './resolve.ts';
import { at, isObject, objects, texts } from './template.ts';

/** A machine with the functions that its placeholders stand for, as CloudFormation or a publication fills them in. */
type Machine = {
  name: string;
  definition: Json;
  filled: Readonly<Record<string, string>>;
  role: string | undefined;
};
type State = { path: string; name: string; state: JsonObject; level: JsonObject };

/** The rules that machines of this project keep beyond what the local host runs. */
const stateRules: Record<string, { says: string; broken: (state: State, machine: Machine) => boolean }> = {
  'asl-resource': {
    says: 'a task calls a function and nothing else',
    broken: ({ state }) => isTask(state) && !invocations.includes(String(state.Resource)),
  },
  'asl-function': {
    says: 'a task names a function by a placeholder that is filled in',
    broken: ({ state }, { filled }) =>
      isTask(state) &&
      !Object.keys(filled).some((name) => `\${${name}}` === at(state, 'Arguments', 'FunctionName')),
  },
  'asl-retry': {
    says: 'a task is repeated with full jitter after Transient and what Lambda itself fails with',
    broken: ({ state }) => isTask(state) && !isRepeated(objects(state.Retry)),
  },
  'asl-token': {
    says: 'a task that waits for a token hands it over and ends by itself some day',
    broken: ({ state }) =>
      state.Resource === waiting &&
      (state.TimeoutSeconds === undefined ||
        at(state, 'Arguments', 'Payload', 'token') !== '{% $states.context.Task.Token %}'),
  },
  'asl-swallowed': {
    says: 'an error that is caught does not end as a success',
    broken: ({ state, level }) =>
      objects(state.Catch).some((caught) => {
        const next = at(level, 'States', String(caught.Next));
        return (
          texts(caught.ErrorEquals).includes('States.ALL') &&
          at(next, 'Type') !== 'Task' &&
          at(next, 'Type') !== 'Wait'
        );
      }),
  },
  'asl-payload': {
    says: 'a payload carries ids and nothing else',
    broken: ({ state }) => {
      const payload = at(state, 'Arguments', 'Payload');
      return isTask(state) && !(isObject(payload) && Object.entries(payload).every(isId));
    },
  },
  'asl-variable': {
    says: 'an expression names variables that some state assigns',
    broken: ({ state }, { definition }) =>
      variablesIn(state).some((name) => !assignedIn(definition).has(name)),
  },
  'asl-fail': {
    says: 'a machine that fails says with which error',
    broken: ({ state }) => state.Type === 'Fail' && typeof state.Error !== 'string',
  },
};

const invoke = 'arn:aws:states:::lambda:invoke';
const waiting = `${invoke}.waitForTaskToken`;
const invocations = [invoke, waiting];
const isTask = (state: JsonObject): boolean => state.Type === 'Task';

/** Waits for others to be done, which may take long. */
const tooMany = 'Lambda.TooManyRequestsException';
const serviceErrors = [
  'Transient',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  tooMany,
];

const isPatient = ({
  ErrorEquals,
  MaxAttempts,
  BackoffRate,
  IntervalSeconds,
  MaxDelaySeconds,
  JitterStrategy,
}: JsonObject) =>
  Number(MaxAttempts) >= (texts(ErrorEquals).includes(tooMany) ? 10 : 3) &&
  Number(BackoffRate) >= 1 &&
  Number(IntervalSeconds) >= 1 &&
  Number(MaxDelaySeconds) <= 300 &&
  JitterStrategy === 'FULL';

const isRepeated = (retriers: readonly JsonObject[]): boolean =>
  retriers.every(isPatient) &&
  serviceErrors.every((name) => retriers.some(({ ErrorEquals }) => texts(ErrorEquals).includes(name)));

/** Names of variables in the expressions of a state, without those of the states below it. */
function variablesIn({ ItemProcessor: _inner, Branches: _branches, ...state }: JsonObject): string[] {
  const expressions = [...JSON.stringify(state).matchAll(/\{%(.*?)%\}/g)].map(([, inside = '']) => inside);
  return expressions
    .flatMap((inside) => [...inside.matchAll(/\$([a-zA-Z]\w*)(?!\w*\s*\()/g)])
    .map(([, name = '']) => name)
    .filter((name) => name !== 'states');
}

function assignedIn(definition: Json): Set<string> {
  const names = new Set<string>();
  const visit = (value: Json | undefined) => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isObject(value)) return;
    if (isObject(value.Assign)) for (const name of Object.keys(value.Assign)) names.add(name);
    Object.values(value).forEach(visit);
  };
  visit(definition);
  return names;
}

/** What a payload may be made of: names of ids, and values that are ids or words of our own. */
const idNames = new Set([
  ...[
    'contactId',
    'stay',
    'handoverId',
    'caseId',
    'changes',
    'campaign',
    'at',
    'execution',
    'page',
    'publication',
  ],
  ...['enrolments', 'step', 'phase', 'visit', 'do', 'token', 'reason'],
]);
const idValue =
  /^(?:[a-z0-9-]+|\{% \$(?:states\.(?:context\.(?:Execution\.(?:Input(?:\.\w+)?|Name)|State\.EnteredTime|Task\.Token)|input\.(?:campaign|at|page))|r\.(?:handoverId|changes)|failure(?:\.step)?) %\})$/;

const isId = ([name, value]: [string, Json]): boolean =>
  idNames.has(name) &&
  (Array.isArray(value) ? value : [value]).every((each) => typeof each === 'string' && idValue.test(each));

/** Holds every machine of a deployment and of the library to the language and to the project's own rules. */
export const machinesGate: Gate = (deployed) =>
  machinesOf(deployed).flatMap((machine) => {
    const key = JSON.stringify(machine);
    const findings = known.get(key) ?? [...languageFindings(machine), ...ownFindings(machine)];
    known.set(key, findings);
    return findings;
  });

/** The same machine is the same in a hundred mutated deployments. */
const known = new Map<string, Finding[]>();

function machinesOf({ stage, resources }: Deployed): Machine[] {
  const built = resources
    .filter(({ type }) => type === 'AWS::StepFunctions::StateMachine')
    .map(({ id, properties }) => ({
      name: id,
      definition: stage.definitions[String(at(properties, 'DefinitionS3Location', 'Key'))] ?? null,
      filled: Object.fromEntries(
        Object.entries(
          isObject(properties.DefinitionSubstitutions) ? properties.DefinitionSubstitutions : {},
        ).map(([name, arn]) => [name, String(arn)]),
      ),
      role: String(properties.RoleArn),
    }));
  const runStep = resources.find(
    ({ properties }) => properties.FunctionName === `baton-${stage.stage}-run-step`,
  );
  const journeys = Object.entries(stage.journeys).map(([id, definition]) => ({
    name: `journey ${id}`,
    definition,
    filled: { RunStep: runStep ? functionArn(stage.stage, 'run-step') : '' },
    role: undefined,
  }));
  const wronglyFilled = (machine: Machine): boolean =>
    Object.entries(machine.filled).some(
      ([name, arn]) => arn !== functionArn(stage.stage, taskFunction(name)),
    );
  return [...built, ...journeys].map((machine) =>
    wronglyFilled(machine) ? { ...machine, filled: {} } : machine,
  );
}

const functionArn = (stage: string, name: string): string =>
  `arn:aws:lambda:eu-central-1:111122223333:function:baton-${stage}-${name}`;

const taskFunction = (name: string): string =>
  Object.entries(workflowTasks).find(([task]) => task === name)?.[1] ?? 'unknown';

function languageFindings({ name, definition }: Machine): Finding[] {
  const checked = checkDefinition(definition);
  if (!('problems' in checked)) return [];
  return checked.problems.map(({ code, path, reason }) => ({
    rule: `asl-language ${code}`,
    at: `${name}${path}`,
    says: reason,
  }));
}

function ownFindings(machine: Machine): Finding[] {
  const { name, definition, filled } = machine;
  const text = JSON.stringify(definition);
  const used = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, placeholder]) => placeholder));
  const unused = Object.keys(filled).filter((each) => !used.has(each));
  return [
    ...unused.map((each) => ({ rule: 'asl-unused', at: name, says: `nothing in the machine names ${each}` })),
    ...(Buffer.byteLength(text) > 1_000_000
      ? [{ rule: 'asl-size', at: name, says: 'a definition has at most 1 MB' }]
      : []),
    ...statesIn(definition, name).flatMap((state) =>
      Object.entries(stateRules)
        .filter(([, { broken }]) => broken(state, machine))
        .map(([rule, { says }]) => ({ rule, at: state.path, says })),
    ),
  ];
}

function statesIn(level: Json | undefined, path: string): State[] {
  if (!isObject(level) || !isObject(level.States)) return [];
  return Object.entries(level.States).flatMap(([name, state]) =>
    isObject(state)
      ? [
          { path: `${path}/${name}`, name, state, level },
          ...statesIn(state.ItemProcessor, `${path}/${name}`),
          ...objects(state.Branches).flatMap((branch) => statesIn(branch, `${path}/${name}`)),
        ]
      : [],
  );
}

/** The functions that a machine may call, for whoever compares them with what its role allows. */
export const calledBy = ({ properties }: Resolved): string[] =>
  Object.values(isObject(properties.DefinitionSubstitutions) ? properties.DefinitionSubstitutions : {}).map(
    String,
  );
