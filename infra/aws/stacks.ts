import { join } from 'node:path';
import { App, type AppProps, CfnOutput, Stack, type StackProps, Tags, Validations } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { type FunctionName, functions } from '../functions.ts';
import { httpRoutes, queues, schedules, streams, workflows, workflowTasks } from '../routes.ts';
import { acknowledge } from './acknowledge.ts';
import { ApiEndpoint, ApiRoutes } from './api.ts';
import { bundles, functionNames } from './bundle.ts';
import { consumeChanges } from './changes.ts';
import { Channels } from './channels.ts';
import { type Config, readConfig } from './config.ts';
import { DataTables } from './data-tables.ts';
import { Deployment } from './deployment.ts';
import { Feedback } from './feedback.ts';
import { BatonFunction } from './function.ts';
import { Intake } from './intake.ts';
import { JourneyRole } from './journeys.ts';
import { namesOf } from './names.ts';
import { People } from './people.ts';
import { statementsOf, type Targets } from './rights.ts';
import { SignIn } from './sign-in.ts';
import { Site } from './site.ts';
import { CampaignStarter, Timetable } from './timetable.ts';
import { Watch } from './watch.ts';
import { Workflow } from './workflow.ts';

type Props = StackProps & { config: Config };

/** What must not be lost: tables and people; and what goes with them alone, because tables name it. */
export class DataStack extends Stack {
  readonly tables: DataTables;
  readonly people: People;
  readonly cleanUp: BatonFunction;

  constructor(app: App, id: string, { config, ...props }: Props) {
    super(app, id, { ...props, terminationProtection: config.keepsData });
    this.tables = new DataTables(this, 'Tables', config);
    this.people = new People(this, 'People', config);
    const { prefix, keepsData } = config;
    const names = namesOf(prefix);
    this.cleanUp = new BatonFunction(this, 'clean-up', {
      name: 'clean-up',
      prefix,
      environment: {
        BATON_PREFIX: prefix,
        BATON_MACHINES: names.machines,
        BATON_IDENTITY: names.identityParameter,
        BATON_WRITE_KEY: names.writeKeyParameter,
        BATON_WEBHOOK_SIGNING: names.webhookSecretParameter,
      },
      grants: statementsOf(functions['clean-up'], {
        ...nowhere,
        names,
        tables: this.tables,
      }),
    });
    new Deployment(this, 'Machines', {
      by: this.cleanUp,
      properties: { of: 'journeys', keep: String(keepsData) },
    });
  }
}

const nowhere = { bus: '', journeyRole: '', schedulerRole: '', mailIdentities: [], textIdentities: [] };

/** What happens: bus, queue, functions, machines, schedules, channels. */
export class RuntimeStack extends Stack {
  readonly functions: Readonly<Record<string, BatonFunction>>;
  readonly intake: Intake;
  readonly workflows: Readonly<Record<string, Workflow>>;
  /** What every function is told, and where rights lead. */
  readonly told: Readonly<Record<string, string>>;
  readonly reached: Omit<Targets, 'journeyRole'>;

  constructor(app: App, id: string, { config, data, ...props }: Props & { data: DataStack }) {
    super(app, id, { ...props, terminationProtection: config.keepsData });
    const { prefix } = config;
    const names = namesOf(prefix);
    this.intake = new Intake(this, 'Intake', { prefix });
    const { notProcessed } = this.intake;
    const channels = new Channels(this, 'Channels', {
      config,
      bus: this.intake.bus,
      undelivered: notProcessed,
    });
    const campaignStarter = new CampaignStarter(this, 'CampaignStarter', { names });
    this.reached = {
      names,
      tables: data.tables,
      bus: this.intake.bus.eventBusArn,
      schedulerRole: campaignStarter.role.roleArn,
      mailIdentities: channels.mailIdentities,
      textIdentities: channels.textIdentities,
    };
    this.told = {
      BATON_PREFIX: prefix,
      BATON_MACHINES: names.machines,
      BATON_BUS: this.intake.bus.eventBusName,
      BATON_IDENTITY: names.identityParameter,
      TABLE_CORE: data.tables.core.tableName,
      TABLE_DESIGN: data.tables.design.tableName,
      TABLE_GUARD: data.tables.guard.tableName,
    };
    const make = (name: FunctionName, journeyRole = '', more: Record<string, string> = {}) =>
      new BatonFunction(this, name, {
        name,
        prefix,
        environment: { ...this.told, ...more },
        grants: statementsOf(functions[name], { ...this.reached, journeyRole }),
        deadLetters: name === 'record-feedback' ? notProcessed : undefined,
      });

    const runStep = make('run-step', '', { BATON_ADDRESS: names.addressParameter });
    const journeys = new JourneyRole(this, 'Journeys', { runStep, names });
    const publishing = {
      JOURNEY_ROLE: journeys.role.roleArn,
      SCHEDULER_ROLE: campaignStarter.role.roleArn,
      RUN_STEP: runStep.function.functionArn,
    };
    const environments: Partial<Record<FunctionName, Record<string, string>>> = {
      dispatch: channels.environment,
      sweep: channels.environment,
      'publish-step': publishing,
      'deploy-library': {
        ...publishing,
        BATON_WRITE_KEY: names.writeKeyParameter,
        BATON_WEBHOOK_SIGNING: names.webhookSecretParameter,
      },
      'deliver-webhook': {
        BATON_WEBHOOK_SIGNING: names.webhookSecretParameter,
        ...(config.webhookUrl ? { WEBHOOK_URL: config.webhookUrl } : {}),
      },
    };
    this.functions = Object.fromEntries(
      functionNames()
        .filter((name) => name !== 'clean-up' && !edgeFunctions.includes(name))
        .map((name) => [
          name,
          name === 'run-step' ? runStep : make(name, journeys.role.roleArn, environments[name]),
        ]),
    );
    const named = (name: string): BatonFunction => this.functionNamed(name);

    const intakes = queues.map(({ name, handler, batch }) =>
      this.intake.consume(name, { batch }, named(handler)),
    );
    channels.deliverBy(named('deliver-webhook'));
    const changes = streams.map(({ prefix: beginning, handler }) =>
      consumeChanges(named(handler), {
        table: data.tables.core,
        prefix: beginning,
        deadLetters: notProcessed,
      }),
    );
    const timetable = new Timetable(this, 'Timetable', { schedules, functions: this.functions, names });
    const tasks = Object.fromEntries(
      Object.entries(workflowTasks).map(([task, handler]) => [task, named(handler)]),
    );
    this.workflows = Object.fromEntries(
      workflows.map((definition) => [
        definition,
        new Workflow(this, definition, { definition, prefix, names, tasks }),
      ]),
    );
    if (config.webhookUrl)
      new CfnOutput(this, 'WebhookSecret', {
        value: names.webhookSecretParameter,
        description: 'Parameter with the secret by which the receiver of webhooks checks them.',
      });
    new Feedback(this, 'Feedback', { consumerOf: named, notProcessed });
    const library = new Deployment(this, 'Library', {
      by: named('deploy-library'),
      files: join(bundles, 'deploy-library', 'library'),
      // Named, so that a stack from before there was one of them makes it although the library is the same.
      properties: {
        makes: [names.identityParameter, names.writeKeyParameter, names.webhookSecretParameter].join(' '),
      },
    });
    // Documents may need what the new functions know, and campaigns the group of their schedules: these are there first.
    library.node.addDependency(timetable, ...Object.values(this.functions));
    const executions = new Deployment(this, 'Executions', {
      by: data.cleanUp,
      properties: { of: 'workflows' },
    });
    // Stopped before the machines go: one that still runs would keep its machine, and the stack, for weeks.
    executions.node.addDependency(...Object.values(this.workflows));
    // What starts executions goes before that, or there would be new ones.
    for (const waking of [...intakes, ...changes, timetable]) waking.node.addDependency(executions);
  }

  functionNamed(name: string): BatonFunction {
    const found = this.functions[name];
    if (!found) throw new Error(`infra/routes.ts names no function: ${name}`);
    return found;
  }

  workflowNamed(name: string): Workflow {
    const found = this.workflows[name];
    if (!found) throw new Error(`infra/routes.ts names no workflow: ${name}`);
    return found;
  }
}

/** Functions that know who signs in, or belong to the address, which the others do not know. */
const edgeFunctions: readonly FunctionName[] = [
  'auth',
  'deploy-site',
  'unsubscribe',
  'segment',
  ...new Set(httpRoutes.map((route) => route.function)),
];

/** Where people and producers come in: address, designer, sign-in, API. */
export class EdgeStack extends Stack {
  readonly endpoint: ApiEndpoint;
  readonly functions: Readonly<Record<string, BatonFunction>>;

  constructor(
    app: App,
    id: string,
    { config, data, runtime, ...props }: Props & { data: DataStack; runtime: RuntimeStack },
  ) {
    super(app, id, props);
    const { prefix } = config;
    this.endpoint = new ApiEndpoint(this, 'Endpoint', { prefix });
    const site = new Site(this, 'Site', { endpoint: this.endpoint, config });
    const signIn = new SignIn(this, 'SignIn', { people: data.people, url: site.url, prefix });
    const targets: Targets = {
      ...runtime.reached,
      journeyRole: '',
      siteBucket: site.bucket.bucketArn,
    };
    const environments: Partial<Record<FunctionName, Record<string, string>>> = {
      auth: {
        AUTH_DOMAIN: signIn.domain,
        AUTH_CLIENT_ID: signIn.client.userPoolClientId,
        AUTH_ORIGIN: site.url,
      },
      'deploy-site': { SITE_BUCKET: site.bucket.bucketName },
      segment: { ...runtime.told, BATON_WRITE_KEY: namesOf(prefix).writeKeyParameter },
    };
    const serving = { ...runtime.told, AUTH_CLIENT_ID: signIn.client.userPoolClientId };
    const made = edgeFunctions.map((name): [FunctionName, BatonFunction] => [
      name,
      new BatonFunction(this, name, {
        name,
        prefix,
        environment: environments[name] ?? serving,
        grants: statementsOf(functions[name], targets),
      }),
    ]);
    this.functions = Object.fromEntries(made);
    for (const [name, deploySite] of made)
      if (name === 'deploy-site') {
        acknowledge(deploySite, {
          'AwsSolutions-IAM5[Resource::<SiteBucket978D4AEB.Arn>/*]':
            'the files of the designer, in a bucket of their own',
        });
        new Deployment(this, 'Files', { by: deploySite, files: join(bundles, 'deploy-site', 'site') });
      }
    new ApiRoutes(this, 'Routes', {
      endpoint: this.endpoint,
      functions: this.functions,
      issuer: signIn.issuer,
      audience: signIn.client.userPoolClientId,
    });
    // Functions that write messages come before the site and read its address here.
    new StringParameter(this, 'Address', {
      parameterName: namesOf(prefix).addressParameter,
      stringValue: site.url,
      description: 'Where links in messages lead.',
    });
    new CfnOutput(this, 'Designer', { value: site.url, description: 'Open this in a browser.' });
    new CfnOutput(this, 'ApiUrl', {
      value: this.endpoint.api.apiEndpoint,
      description: 'Producers post events here, signed with AWS credentials: POST /api/events.',
    });
    new CfnOutput(this, 'WriteKey', {
      value: namesOf(prefix).writeKeyParameter,
      description:
        'Parameter with the write key of Segment clients, which post to the address of the designer.',
    });
    new CfnOutput(this, 'UserPool', {
      value: data.people.pool.userPoolId,
      description: 'Where accounts of people are made.',
    });
  }
}

/** Who looks after it: alarms and one dashboard. */
class OpsStack extends Stack {
  constructor(
    app: App,
    id: string,
    { config, runtime, edge, ...props }: Props & { runtime: RuntimeStack; edge: EdgeStack },
  ) {
    super(app, id, props);
    new Watch(this, 'Watch', { config, runtime, edge });
  }
}

/** The app of one stage, with the checks that every synthesis must pass. */
export function batonApp(props: AppProps = {}): App {
  const app = new App(props);
  batonStacks(app, readConfig(app));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return app;
}

/** The four stacks of one stage. They know no account and no region: the credentials of whoever deploys say where. */
function batonStacks(app: App, config: Config) {
  const { stage } = config;
  const name = (part: string) => `Baton-${stage}-${part}`;
  const describe = (what: string) => ({ config, description: `Baton ${stage}: ${what}` });
  const data = new DataStack(app, name('Data'), describe('tables and people'));
  const runtime = new RuntimeStack(app, name('Runtime'), { ...describe('what happens'), data });
  const edge = new EdgeStack(app, name('Edge'), { ...describe('address, designer, API'), data, runtime });
  const ops = new OpsStack(app, name('Ops'), { ...describe('alarms and dashboard'), runtime, edge });
  Tags.of(app).add('baton:stack', config.prefix);
  return { data, runtime, edge, ops };
}
