import { PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { BatonFunction } from './function.ts';
import type { Names } from './names.ts';
import { statesOfThisAccount } from './workflow.ts';

/**
 * The role of every journey that is ever published. It may do one thing, so that even a forged definition could only
 * call the step function, which checks everything against the tables.
 */
export class JourneyRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { runStep, names }: { runStep: BatonFunction; names: Names }) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      // Journeys outlive the stack where data is kept, and name their role: the next deployment must make it again.
      roleName: names.journeyRole,
      assumedBy: statesOfThisAccount(),
      description: 'Runs published journeys: may invoke the step function and nothing else.',
      inlinePolicies: {
        rights: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:InvokeFunction'],
              resources: [runStep.function.functionArn],
            }),
          ],
        }),
      },
    });
  }
}
