import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aws } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { BatonFunction } from './function.ts';
import { inFindings, type Names, namesOf } from './names.ts';

export type WorkflowProps = {
  definition: string;
  prefix: string;
  names: Names;
  /** Functions by the name that stands in the definition. */
  tasks: Readonly<Record<string, BatonFunction>>;
};

/** A state machine read from its ASL file. It may invoke its own tasks and nothing else. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { definition, prefix, names, tasks }: WorkflowProps) {
    super(scope, id);
    const file = join(import.meta.dirname, `../workflows/${definition}.asl.json`);
    const text = readFileSync(file, 'utf8');
    const used = Object.entries(tasks).filter(([name]) => text.includes(`\${${name}}`));
    const statements = [
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: used.map(([, task]) => task.function.functionArn),
      }),
      ...(text.includes('"DISTRIBUTED"') ? childExecutions(definition, names) : []),
    ];
    const role = new Role(this, 'Role', {
      assumedBy: statesOfThisAccount(),
      inlinePolicies: { rights: new PolicyDocument({ statements }) },
    });
    if (text.includes('"DISTRIBUTED"'))
      acknowledge(role, {
        [`AwsSolutions-IAM5[Resource::${namesOf(prefix, inFindings).executions(definition)}]`]:
          'the items of the map are executions of this machine, with names of their own',
      });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: `${prefix}-${definition}`,
      definitionBody: DefinitionBody.fromFile(file),
      definitionSubstitutions: Object.fromEntries(
        used.map(([name, task]) => [name, task.function.functionArn]),
      ),
      role,
    });
    acknowledge(this.stateMachine, {
      'AwsSolutions-SF1':
        'Step Functions keeps the history of every execution for 90 days; a second copy in a log would cost more than the executions',
      'AwsSolutions-SF2':
        'tracing is off because it bills by transition; the history shows every state with its times',
      'Serverless-StepFunctionStateMachineXray':
        'tracing is off because it bills by transition; the history shows every state with its times',
    });
  }
}

/** Only Step Functions, and only on behalf of this account. */
export const statesOfThisAccount = (): ServicePrincipal =>
  new ServicePrincipal('states.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });

/** A distributed map starts its items as executions of the same machine, and looks after them. */
const childExecutions = (definition: string, names: Names): PolicyStatement[] => [
  new PolicyStatement({ actions: ['states:StartExecution'], resources: [names.machine(definition)] }),
  new PolicyStatement({
    actions: ['states:DescribeExecution', 'states:StopExecution'],
    resources: [names.executions(definition)],
  }),
];
