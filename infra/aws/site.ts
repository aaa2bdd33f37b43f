import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { designerBuild } from '../designer.ts';
import { acknowledge } from './acknowledge.ts';
import type { ApiEndpoint } from './api.ts';
import type { Config } from './config.ts';

export type SiteProps = { endpoint: ApiEndpoint; config: Config };

/** The designer and the API under one address, so that nothing needs CORS and every cookie is of the same site. */
export class Site extends Construct {
  readonly bucket: Bucket;
  readonly distribution: Distribution;
  readonly url: string;

  constructor(scope: Construct, id: string, { endpoint, config }: SiteProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = {
      origin: new HttpOrigin(Fn.select(2, Fn.split('/', endpoint.api.apiEndpoint)), {
        readTimeout: Duration.seconds(30),
      }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      compress: true,
    };
    this.distribution = new Distribution(this, 'Distribution', {
      comment: config.prefix,
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(this.bucket, {
          originAccessControl: new S3OriginAccessControl(this, 'Access', {
            // With the region, because such names are one list for the whole account.
            originAccessControlName: `${config.prefix}-${Aws.REGION}`,
          }),
        }),
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: this.headers(config.prefix),
        functionAssociations: [{ function: this.pages(), eventType: FunctionEventType.VIEWER_REQUEST }],
        compress: true,
      },
      additionalBehaviors: { '/api/*': api, '/auth/*': api, '/u/*': api, '/v1/*': api },
      priceClass: PriceClass.PRICE_CLASS_100,
      httpVersion: HttpVersion.HTTP2_AND_3,
      ...(config.domain && config.certificate
        ? {
            domainNames: [config.domain],
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
            certificate: Certificate.fromCertificateArn(this, 'Certificate', config.certificate),
          }
        : {}),
    });
    this.url = `https://${config.domain ?? this.distribution.distributionDomainName}`;
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        "holds the public files of the designer, read by CloudFront alone; nothing in it is anybody's data",
    });
    acknowledge(this.distribution, {
      'AwsSolutions-CFR1': 'a company decides for itself where its people work',
      'AwsSolutions-CFR2':
        'a web application firewall bills every month; the API is throttled and asks for a token first',
      'AwsSolutions-CFR3': 'an access log would keep addresses of people; the API keeps one without them',
      ...(config.domain
        ? {}
        : {
            'AwsSolutions-CFR4':
              "CloudFront's own certificate sets the protocol; give --context domain and certificate to set it",
          }),
    });
  }

  /** The same policy that stands in the page, and what a page cannot say of itself. */
  private headers(prefix: string): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'Headers', {
      responseHeadersPolicyName: `${prefix}-${Aws.REGION}`,
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: `${policyInPage()}; frame-ancestors 'none'`,
          override: true,
        },
        ...always,
      },
      customHeadersBehavior: {
        customHeaders: [{ header: 'cross-origin-opener-policy', value: 'same-origin', override: true }],
      },
    });
  }

  /** The designer's addresses live in the browser: whatever is no file is its one page. */
  private pages(): EdgeFunction {
    return new EdgeFunction(this, 'Pages', {
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(
        `function handler(event) {
  var request = event.request;
  if (request.uri.lastIndexOf('.') <= request.uri.lastIndexOf('/')) request.uri = '/index.html';
  return request;
}`,
      ),
    });
  }
}

const always = {
  contentTypeOptions: { override: true },
  frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
  referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
  strictTransportSecurity: {
    accessControlMaxAge: Duration.days(730),
    includeSubdomains: true,
    override: true,
  },
};

/** The content security policy of the built page; a build without one is refused. */
function policyInPage(): string {
  const page = readFileSync(join(designerBuild, 'index.html'), 'utf8');
  const [, policy] = /<meta http-equiv="content-security-policy" content="([^"]+)"/.exec(page) ?? [];
  if (!policy)
    throw new Error(`${designerBuild}/index.html has no content security policy; run "npm run build"`);
  return policy;
}
