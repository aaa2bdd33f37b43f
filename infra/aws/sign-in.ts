import { Aws, Duration } from 'aws-cdk-lib';
import {
  CfnManagedLoginBranding,
  ManagedLoginVersion,
  OAuthScope,
  UserPoolClient,
  UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { People } from './people.ts';

/** Signing in at one address: Cognito's own pages, authorization code with PKCE, a public client without a secret. */
export class SignIn extends Construct {
  readonly client: UserPoolClient;
  readonly domain: string;
  readonly issuer: string;

  constructor(
    scope: Construct,
    id: string,
    { people, url, prefix }: { people: People; url: string; prefix: string },
  ) {
    super(scope, id);
    const domain = new UserPoolDomain(this, 'Domain', {
      userPool: people.pool,
      cognitoDomain: { domainPrefix: `${prefix}-${Aws.ACCOUNT_ID}` },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    this.client = new UserPoolClient(this, 'Client', {
      userPool: people.pool,
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [
          OAuthScope.OPENID,
          OAuthScope.EMAIL,
          OAuthScope.resourceServer(people.resourceServer, people.scope),
        ],
        callbackUrls: [`${url}/auth/callback`],
        logoutUrls: [`${url}/`],
      },
      accessTokenValidity: Duration.minutes(15),
      idTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.hours(12),
    });
    new CfnManagedLoginBranding(this, 'Branding', {
      userPoolId: people.pool.userPoolId,
      clientId: this.client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    this.domain = `${prefix}-${Aws.ACCOUNT_ID}.auth.${Aws.REGION}.amazoncognito.com`;
    this.issuer = `https://cognito-idp.${Aws.REGION}.amazonaws.com/${people.pool.userPoolId}`;
    this.client.node.addDependency(domain);
  }
}
