import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authRoutes, openRoutes, routeKeyOf, segmentRoutes, segmentThrottle } from '@baton/infra/routes.ts';
import type { Deployed } from '../resolve.ts';
import { at, isObject, objects, region, texts } from '../template.ts';
import { every, kept, named, ofType, only, type Rule } from './rule.ts';

const open = [...authRoutes, ...openRoutes, ...segmentRoutes].map(routeKeyOf);

export const doors: Rule[] = [
  {
    id: 'route-authorised',
    says: 'a route asks for a token with the scope or for a signature; only signing in, links in messages and what asks for a key itself are open',
    broken: every('AWS::ApiGatewayV2::Route', (p, _, deployed) => {
      if (open.includes(String(p.RouteKey))) return p.AuthorizationType === 'NONE';
      if (p.AuthorizationType === 'AWS_IAM') return p.AuthorizerId === undefined;
      return (
        p.AuthorizationType === 'JWT' &&
        texts(p.AuthorizationScopes).join() === 'baton/api' &&
        ofType(deployed, 'AWS::ApiGatewayV2::Authorizer').some(({ name }) => name === p.AuthorizerId)
      );
    }),
  },
  {
    id: 'authorizer',
    says: 'a token is of our pool and for our client',
    broken: only('AWS::ApiGatewayV2::Authorizer', (p, _, deployed) => {
      const [pool] = ofType(deployed, 'AWS::Cognito::UserPool');
      const [client] = ofType(deployed, 'AWS::Cognito::UserPoolClient');
      return (
        p.AuthorizerType === 'JWT' &&
        texts(p.IdentitySource).join() === '$request.header.Authorization' &&
        at(p, 'JwtConfiguration', 'Issuer') === `https://cognito-idp.${region}.amazonaws.com/${pool?.name}` &&
        texts(at(p, 'JwtConfiguration', 'Audience')).join() === client?.name
      );
    }),
  },
  {
    id: 'integration',
    says: 'a route leads to a function that lets the API in',
    broken: every('AWS::ApiGatewayV2::Route', (p, _, deployed) => {
      const integration = ofType(deployed, 'AWS::ApiGatewayV2::Integration').find(
        ({ name }) => p.Target === `integrations/${name}`,
      );
      const path = String(p.RouteKey).split(' ')[1];
      return (
        integration?.properties.IntegrationType === 'AWS_PROXY' &&
        integration.properties.PayloadFormatVersion === '2.0' &&
        named(deployed, 'AWS::Lambda::Function', integration.properties.IntegrationUri) !== undefined &&
        ofType(deployed, 'AWS::Lambda::Permission').some(
          ({ properties }) =>
            properties.Principal === 'apigateway.amazonaws.com' &&
            properties.FunctionName === integration.properties.IntegrationUri &&
            String(properties.SourceArn).endsWith(`/*/*${path}`),
        )
      );
    }),
  },
  {
    id: 'no-cors',
    says: 'the API is reached from its own address only',
    broken: only(
      'AWS::ApiGatewayV2::Api',
      (p) => p.CorsConfiguration === undefined && p.ProtocolType === 'HTTP',
    ),
  },
  {
    id: 'throttled',
    says: 'the API is throttled and keeps a log without addresses of callers',
    broken: only('AWS::ApiGatewayV2::Stage', (p) => {
      const { ThrottlingRateLimit, ThrottlingBurstLimit } = objects(p.DefaultRouteSettings)[0] ?? {};
      return (
        Number(ThrottlingRateLimit) > 0 &&
        Number(ThrottlingRateLimit) <= 1000 &&
        Number(ThrottlingBurstLimit) >= Number(ThrottlingRateLimit) &&
        String(at(p, 'AccessLogSettings', 'DestinationArn')).includes(':log-group:/baton/') &&
        !/sourceIp|userAgent|identity|claims/.test(String(at(p, 'AccessLogSettings', 'Format')))
      );
    }),
  },
  {
    id: 'keys-throttled',
    says: 'whoever tries keys is slowed down on every route that asks for one, and the stage comes after these routes',
    broken: only('AWS::ApiGatewayV2::Stage', (p) => {
      const settings = isObject(p.RouteSettings) ? p.RouteSettings : {};
      const { rate, burst } = segmentThrottle;
      return (
        Object.keys(settings).sort().join() === segmentRoutes.map(routeKeyOf).sort().join() &&
        Object.values(settings).every(
          (each) =>
            at(each, 'ThrottlingRateLimit') === rate &&
            at(each, 'ThrottlingBurstLimit') === burst &&
            rate <= Number(at(objects(p.DefaultRouteSettings)[0], 'ThrottlingRateLimit')),
        )
      );
    }),
  },
  {
    id: 'site-behaviours',
    says: 'the API, signing in and links in messages pass by the cache over https; pages come with headers from the bucket alone',
    broken: only('AWS::CloudFront::Distribution', (p) => {
      const config = at(p, 'DistributionConfig');
      const behaviours = objects(at(config, 'CacheBehaviors'));
      const origins = objects(at(config, 'Origins'));
      const bucket = origins.find(({ S3OriginConfig }) => S3OriginConfig !== undefined);
      const api = origins.find(({ CustomOriginConfig }) => CustomOriginConfig !== undefined);
      const pages = at(config, 'DefaultCacheBehavior');
      return (
        behaviours.map(({ PathPattern }) => PathPattern).join() === '/api/*,/auth/*,/u/*,/v1/*' &&
        behaviours.every(
          (each) =>
            each.CachePolicyId === cachingDisabled &&
            each.OriginRequestPolicyId === allButHost &&
            each.ViewerProtocolPolicy === 'https-only' &&
            texts(each.AllowedMethods).sort().join() === 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT' &&
            each.TargetOriginId === api?.Id,
        ) &&
        at(api, 'CustomOriginConfig', 'OriginProtocolPolicy') === 'https-only' &&
        texts(at(api, 'CustomOriginConfig', 'OriginSSLProtocols')).join() === 'TLSv1.2' &&
        String(api?.DomainName).endsWith('.amazonaws.com') &&
        at(pages, 'TargetOriginId') === bucket?.Id &&
        at(pages, 'ViewerProtocolPolicy') === 'redirect-to-https' &&
        at(pages, 'ResponseHeadersPolicyId') !== undefined &&
        at(pages, 'FunctionAssociations', 0, 'EventType') === 'viewer-request' &&
        bucket?.OriginAccessControlId !== undefined &&
        at(config, 'DefaultRootObject') === 'index.html'
      );
    }),
  },
  {
    id: 'site-tls',
    says: 'with an address of its own, the site speaks TLS 1.2 or later, by a certificate from where CloudFront looks for it',
    broken: only(
      'AWS::CloudFront::Distribution',
      (p) =>
        at(p, 'DistributionConfig', 'Aliases') === undefined ||
        (at(p, 'DistributionConfig', 'ViewerCertificate', 'MinimumProtocolVersion') === 'TLSv1.2_2021' &&
          /^arn:aws:acm:us-east-1:\d{12}:certificate\//.test(
            String(at(p, 'DistributionConfig', 'ViewerCertificate', 'AcmCertificateArn')),
          ) &&
          at(p, 'DistributionConfig', 'ViewerCertificate', 'SslSupportMethod') === 'sni-only'),
    ),
  },
  {
    id: 'site-headers',
    says: 'pages carry the policy that stands in them, cannot be framed, and are asked for over https for two years',
    broken: only('AWS::CloudFront::ResponseHeadersPolicy', (p) => {
      const headers = at(p, 'ResponseHeadersPolicyConfig', 'SecurityHeadersConfig');
      return (
        at(headers, 'ContentSecurityPolicy', 'ContentSecurityPolicy') ===
          `${policyInPage()}; frame-ancestors 'none'` &&
        Number(at(headers, 'StrictTransportSecurity', 'AccessControlMaxAgeSec')) >= 63_072_000 &&
        at(headers, 'StrictTransportSecurity', 'IncludeSubdomains') === true &&
        at(headers, 'FrameOptions', 'FrameOption') === 'DENY' &&
        at(headers, 'ReferrerPolicy', 'ReferrerPolicy') === 'no-referrer' &&
        [...Object.values(isObject(headers) ? headers : {})].every((each) => at(each, 'Override') === true) &&
        isObject(headers) &&
        Object.keys(headers).length === 5 &&
        !/unsafe-inline|unsafe-eval|https?:/.test(policyInPage())
      );
    }),
  },
  {
    id: 'pool',
    says: 'administrators make accounts, a second factor is required, passwords are long',
    broken: only(
      'AWS::Cognito::UserPool',
      (p, _, deployed) =>
        p.MfaConfiguration === 'ON' &&
        texts(p.EnabledMfas).join() === 'SOFTWARE_TOKEN_MFA' &&
        at(p, 'AdminCreateUserConfig', 'AllowAdminCreateUserOnly') === true &&
        Number(at(p, 'Policies', 'PasswordPolicy', 'MinimumLength')) >= 12 &&
        (p.DeletionProtection === 'ACTIVE') === kept(deployed),
    ),
  },
  {
    id: 'client',
    says: 'the client has no secret, signs in by code, comes back over https, and its tokens are short',
    broken: only('AWS::Cognito::UserPoolClient', (p, _, deployed) => {
      const minutes =
        isObject(p.TokenValidityUnits) &&
        Object.values(p.TokenValidityUnits).every((unit) => unit === 'minutes');
      return (
        p.GenerateSecret !== true &&
        texts(p.AllowedOAuthFlows).join() === 'code' &&
        p.AllowedOAuthFlowsUserPoolClient === true &&
        texts(p.AllowedOAuthScopes).join() === 'openid,email,baton/api' &&
        (p.ExplicitAuthFlows === undefined || !/PASSWORD/.test(texts(p.ExplicitAuthFlows).join())) &&
        texts(p.CallbackURLs).join() === `${siteOf(deployed)}/auth/callback` &&
        texts(p.LogoutURLs).join() === `${siteOf(deployed)}/` &&
        minutes &&
        Number(p.AccessTokenValidity) <= 15 &&
        Number(p.IdTokenValidity) <= 15 &&
        Number(p.RefreshTokenValidity) <= 720 &&
        p.EnableTokenRevocation === true &&
        p.PreventUserExistenceErrors === 'ENABLED' &&
        texts(p.SupportedIdentityProviders).join() === 'COGNITO'
      );
    }),
  },
];

/** Policies of CloudFront itself. */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';

const allButHost = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

function siteOf(deployed: Deployed): string {
  const [site] = ofType(deployed, 'AWS::CloudFront::Distribution');
  const alias = at(site?.properties, 'DistributionConfig', 'Aliases', 0);
  return `https://${alias ?? `${site?.id.toLowerCase()}.cloudfront.net`}`;
}

const page = join(import.meta.dirname, '../../../../designer/build/index.html');

let policy: string | undefined;

function policyInPage(): string {
  policy ??= /content-security-policy" content="([^"]+)"/.exec(readFileSync(page, 'utf8'))?.[1] ?? '';
  return policy;
}
