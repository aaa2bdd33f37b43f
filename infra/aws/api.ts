import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import {
  authRoutes,
  type HttpRoute,
  httpRoutes,
  openRoutes,
  routeKeyOf,
  segmentRoutes,
  segmentThrottle,
} from '../routes.ts';
import { acknowledge } from './acknowledge.ts';
import type { BatonFunction } from './function.ts';

/** The HTTP API itself, without routes: CloudFront needs its address before the functions behind it exist. */
export class ApiEndpoint extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, { prefix }: { prefix: string }) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { apiName: prefix, createDefaultStage: false });
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/baton/${prefix}-api`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 200, burstLimit: 400 },
      detailedMetricsEnabled: false,
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: withoutPersonalData },
    });
  }
}

/** Paths carry ids only, but addresses of callers are personal data and stay out. */
const withoutPersonalData = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    at: '$context.requestTime',
    route: '$context.routeKey',
    status: '$context.status',
    length: '$context.responseLength',
    milliseconds: '$context.responseLatency',
    error: '$context.error.responseType',
  }),
);

export type ApiRoutesProps = {
  endpoint: ApiEndpoint;
  functions: Readonly<Record<string, BatonFunction>>;
  /** Who issues the tokens of people, and to which client. */
  issuer: string;
  audience: string;
};

/**
 * The routes of `infra/routes.ts`. People come with a token of the user pool; producers and developers, on the routes that
 * name the role `service`, sign with AWS credentials. Nothing is open but signing in and the links in messages. Clients
 * of Segment show a key, which their function asks for.
 */
export class ApiRoutes extends Construct {
  constructor(scope: Construct, id: string, { endpoint, functions, issuer, audience }: ApiRoutesProps) {
    super(scope, id);
    const people = new HttpJwtAuthorizer('People', issuer, { jwtAudience: [audience] });
    const services = new HttpIamAuthorizer();
    const nobody = new HttpNoneAuthorizer();
    const integrations = new Map<string, HttpLambdaIntegration>();
    const integrationOf = (name: string): HttpLambdaIntegration => {
      const target = functions[name];
      if (!target) throw new Error(`infra/routes.ts names no function: ${name}`);
      const known = integrations.get(name) ?? new HttpLambdaIntegration(name, target.function);
      integrations.set(name, known);
      return known;
    };
    const add = (route: Pick<HttpRoute, 'method' | 'path' | 'function'>, authorizer: IHttpRouteAuthorizer) =>
      endpoint.api.addRoutes({
        path: route.path,
        methods: [HttpMethod[route.method]],
        integration: integrationOf(route.function),
        authorizer,
        authorizationScopes: authorizer === people ? ['baton/api'] : undefined,
      });
    for (const route of httpRoutes) add(route, route.roles.includes('service') ? services : people);
    for (const route of authRoutes)
      for (const added of add(route, nobody))
        acknowledge(added, { 'AwsSolutions-APIG4': 'whoever signs in has no token yet' });
    for (const route of openRoutes)
      for (const added of add(route, nobody))
        acknowledge(added, {
          'AwsSolutions-APIG4':
            'a link in a message is opened by whoever got it; it is signed, and good for one thing',
        });
    const ofSegment = segmentRoutes.flatMap((route) => add(route, nobody));
    for (const added of ofSegment)
      acknowledge(added, {
        'AwsSolutions-APIG4':
          "Segment's clients cannot sign; the function asks for their key before anything else",
      });
    throttle(endpoint.stage, ofSegment);
  }
}

/** Whoever tries keys gets no further than a share of what the API answers. A stage knows routes only that are there. */
function throttle(stage: HttpStage, routes: readonly IDependable[]): void {
  const { defaultChild } = stage.node;
  if (!(defaultChild instanceof CfnStage)) throw new Error('the stage of the API has no resource');
  const { rate, burst } = segmentThrottle;
  defaultChild.routeSettings = Object.fromEntries(
    segmentRoutes.map((route) => [
      routeKeyOf(route),
      { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst, DetailedMetricsEnabled: false },
    ]),
  );
  stage.node.addDependency(...routes);
}
