import { roles } from '@baton/rules/roles.ts';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  FeaturePlan,
  Mfa,
  ResourceServerScope,
  UserPool,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** The people who work in Baton. Only an administrator makes accounts; a role is a group; a second factor is required. */
export class People extends Construct {
  readonly pool: UserPool;
  readonly resourceServer: UserPoolResourceServer;
  readonly scope: ResourceServerScope;

  constructor(scope: Construct, id: string, { prefix, keepsData }: { prefix: string; keepsData: boolean }) {
    super(scope, id);
    this.pool = new UserPool(this, 'Pool', {
      userPoolName: prefix,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireSymbols: true,
        requireUppercase: true,
        tempPasswordValidity: Duration.days(3),
      },
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: keepsData,
      removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(this.pool, {
      'AwsSolutions-COG8':
        'threat protection needs the Plus plan, which bills for every user; the second factor is required',
    });
    for (const { id: role, about } of roles.filter(({ id: role }) => role !== 'service'))
      new CfnUserPoolGroup(this, `Role-${role}`, {
        userPoolId: this.pool.userPoolId,
        groupName: role,
        description: about,
      });
    this.scope = new ResourceServerScope({ scopeName: 'api', scopeDescription: 'Use the API of Baton.' });
    this.resourceServer = this.pool.addResourceServer('Api', { identifier: 'baton', scopes: [this.scope] });
  }
}
