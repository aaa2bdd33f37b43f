import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { bundleFunctions } from './bundle.ts';
import { readConfig } from './config.ts';
import { batonStacks } from './stacks.ts';

/** The app that `cdk` runs: bundles, stacks, and the checks that a synthesis must pass. */
await bundleFunctions();
const app = new App();
batonStacks(app, readConfig(app));
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
app.synth();
