import { drop, type Fault, gone, put, type Which } from '../fault.ts';

const home: Which = { type: 'AWS::ApiGatewayV2::Route', id: /GETapihome/ };
const events: Which = { type: 'AWS::ApiGatewayV2::Route', id: /POSTapievents/ };
const integration: Which = { type: 'AWS::ApiGatewayV2::Integration', id: /GETapihome/ };
const authorizer: Which = { type: 'AWS::ApiGatewayV2::Authorizer' };
const stage: Which = { type: 'AWS::ApiGatewayV2::Stage' };
const site: Which = { type: 'AWS::CloudFront::Distribution' };
const headers: Which = { type: 'AWS::CloudFront::ResponseHeadersPolicy' };
const bucket: Which = { type: 'AWS::S3::Bucket' };
const bucketPolicy: Which = { type: 'AWS::S3::BucketPolicy' };
const behaviour = (index: number, name: string) => ['DistributionConfig', 'CacheBehaviors', index, name];
const secure = (...path: string[]) => ['ResponseHeadersPolicyConfig', 'SecurityHeadersConfig', ...path];
const page = ['DistributionConfig', 'DefaultCacheBehavior'];

export const doorFaults: Fault[] = [
  put('a route is open', home, ['AuthorizationType'], 'NONE'),
  drop('a route says nothing of who gets in', home, ['AuthorizationType']),
  drop('a route has no authorizer', home, ['AuthorizerId']),
  drop('a route takes tokens that were made for something else', home, ['AuthorizationScopes']),
  put('a route takes tokens with another scope', home, ['AuthorizationScopes', 0], 'openid'),
  put('a route for people is for systems', home, ['AuthorizationType'], 'AWS_IAM'),
  put('a route for systems is open', events, ['AuthorizationType'], 'NONE'),
  put('a route asks for a kind of authorization that does not exist', events, ['AuthorizationType'], 'IAM'),
  gone('a route is missing', home),
  put('a route has another path', home, ['RouteKey'], 'GET /api/start'),
  put('the method of a route is in small letters', home, ['RouteKey'], 'get /api/home'),
  put('everything else is a route too', home, ['RouteKey'], '$default'),
  put('a route leads to nothing', home, ['Target'], 'integrations/none'),
  put(
    'a route leads to another function',
    integration,
    ['IntegrationUri', 'Fn::GetAtt', 0],
    'apirunsFunction80EBC81E',
  ),
  put('a function is called in another way', integration, ['IntegrationType'], 'HTTP_PROXY'),
  put('a function gets requests in another form', integration, ['PayloadFormatVersion'], '1.0'),
  put('a function gets requests in a form that does not exist', integration, ['PayloadFormatVersion'], '3.0'),
  gone('the API may not call the function', { type: 'AWS::Lambda::Permission', id: /GETapihome/ }),
  put(
    'the API may call the function for other paths',
    { type: 'AWS::Lambda::Permission', id: /GETapihome/ },
    ['SourceArn', 'Fn::Join', 1, 8],
    '/*/*/api/start',
  ),
  drop('tokens for any client get in', authorizer, ['JwtConfiguration', 'Audience']),
  put('tokens for another client get in', authorizer, ['JwtConfiguration', 'Audience', 0], 'someone'),
  put(
    'tokens of another pool get in',
    authorizer,
    ['JwtConfiguration', 'Issuer'],
    'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_other',
  ),
  put('tokens are taken from the address', authorizer, ['IdentitySource', 0], '$request.querystring.token'),
  put('an authorizer is of a type that does not exist', authorizer, ['AuthorizerType'], 'OAUTH2'),
  put('the API answers pages from anywhere', { type: 'AWS::ApiGatewayV2::Api' }, ['CorsConfiguration'], {
    AllowOrigins: ['*'],
  }),
  put('the API is for sockets', { type: 'AWS::ApiGatewayV2::Api' }, ['ProtocolType'], 'WEBSOCKET'),
  drop('the API is not throttled', stage, ['DefaultRouteSettings']),
  put(
    'the API takes less at once than in a second',
    stage,
    ['DefaultRouteSettings', 'ThrottlingBurstLimit'],
    10,
  ),
  drop('whoever tries keys is not slowed down', stage, ['RouteSettings', 'POST /v1/batch']),
  put(
    'whoever tries keys is hardly slowed down',
    stage,
    ['RouteSettings', 'POST /v1/track', 'ThrottlingRateLimit'],
    500,
  ),
  put(
    'the log keeps addresses of people',
    stage,
    ['AccessLogSettings', 'Format'],
    '{"ip":"$context.identity.sourceIp"}',
  ),
  drop('the API keeps no log', stage, ['AccessLogSettings']),
  // The site
  put('a behaviour leads to no origin', site, behaviour(0, 'TargetOriginId'), 'api'),
  put(
    'the API is asked for from the bucket',
    site,
    behaviour(0, 'TargetOriginId'),
    'BatondevEdgeSiteDistributionOrigin110DBDB6F',
  ),
  put(
    'answers of the API are kept',
    site,
    behaviour(0, 'CachePolicyId'),
    '658327ea-f89d-4fab-a63d-7e88639e58f6',
  ),
  put('the API is asked without encryption', site, behaviour(0, 'ViewerProtocolPolicy'), 'allow-all'),
  put('the API can only be read', site, behaviour(0, 'AllowedMethods'), ['GET', 'HEAD']),
  put('a set of methods does not exist', site, behaviour(0, 'AllowedMethods'), ['GET', 'POST']),
  drop('the API does not see the token', site, behaviour(0, 'OriginRequestPolicyId')),
  drop('signing in is a page', site, ['DistributionConfig', 'CacheBehaviors', 1]),
  put('pages are asked for without encryption', site, [...page, 'ViewerProtocolPolicy'], 'allow-all'),
  put('pages are protected in a way that does not exist', site, [...page, 'ViewerProtocolPolicy'], 'https'),
  drop('pages have no headers', site, [...page, 'ResponseHeadersPolicyId']),
  drop('an address of the designer is no page', site, [...page, 'FunctionAssociations']),
  put(
    'a function at the edge is called at no time',
    site,
    [...page, 'FunctionAssociations', 0, 'EventType'],
    'viewer-requests',
  ),
  drop('the bucket is read by anybody', site, ['DistributionConfig', 'Origins', 0, 'OriginAccessControlId']),
  put(
    'the API is fetched without encryption',
    site,
    ['DistributionConfig', 'Origins', 1, 'CustomOriginConfig', 'OriginProtocolPolicy'],
    'http-only',
  ),
  put(
    'the API is fetched by an old protocol',
    site,
    ['DistributionConfig', 'Origins', 1, 'CustomOriginConfig', 'OriginSSLProtocols', 0],
    'TLSv1',
  ),
  put(
    'the site is spread in a way that does not exist',
    site,
    ['DistributionConfig', 'PriceClass'],
    'PriceClass_50',
  ),
  put(
    'the site speaks an old protocol',
    site,
    ['DistributionConfig', 'ViewerCertificate', 'MinimumProtocolVersion'],
    'TLSv1',
    'prod',
  ),
  put(
    'the certificate is in another region',
    site,
    ['DistributionConfig', 'ViewerCertificate', 'AcmCertificateArn'],
    'not an ARN',
    'prod',
  ),
  put(
    'scripts from anywhere may run',
    headers,
    secure('ContentSecurityPolicy', 'ContentSecurityPolicy'),
    "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
  ),
  put('pages may be framed', headers, secure('ContentSecurityPolicy', 'ContentSecurityPolicy'), (before) =>
    String(before).replace("; frame-ancestors 'none'", ''),
  ),
  put(
    'pages are asked for over https for a day',
    headers,
    secure('StrictTransportSecurity', 'AccessControlMaxAgeSec'),
    86_400,
  ),
  put('headers of the bucket win', headers, secure('StrictTransportSecurity', 'Override'), false),
  put(
    'framing is refused in a way that does not exist',
    headers,
    secure('FrameOptions', 'FrameOption'),
    'NONE',
  ),
  drop('a page says where people come from', headers, secure('ReferrerPolicy')),
  put(
    'files at the edge are run by a runtime that does not exist',
    { type: 'AWS::CloudFront::Function' },
    ['FunctionConfig', 'Runtime'],
    'cloudfront-js-3.0',
  ),
  put('the bucket can be opened', bucket, ['PublicAccessBlockConfiguration', 'BlockPublicPolicy'], false),
  drop('the bucket is open', bucket, ['PublicAccessBlockConfiguration']),
  drop('the bucket is not encrypted', bucket, ['BucketEncryption']),
  put(
    'the bucket is encrypted in a way that does not exist',
    bucket,
    [
      'BucketEncryption',
      'ServerSideEncryptionConfiguration',
      0,
      'ServerSideEncryptionByDefault',
      'SSEAlgorithm',
    ],
    'AES128',
  ),
  put('the bucket is a site by itself', bucket, ['WebsiteConfiguration'], { IndexDocument: 'index.html' }),
  drop('the bucket is read by any distribution', bucketPolicy, [
    'PolicyDocument',
    'Statement',
    1,
    'Condition',
  ]),
  put('anybody reads the bucket', bucketPolicy, ['PolicyDocument', 'Statement', 1, 'Principal'], '*'),
  drop('the bucket takes requests without encryption', bucketPolicy, ['PolicyDocument', 'Statement', 0]),
];
