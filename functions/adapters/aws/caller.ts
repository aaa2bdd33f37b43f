import * as z from 'zod';
import { type Caller, callerInClaims } from '../../handlers/caller.ts';

const Event = z.object({
  requestContext: z.object({
    authorizer: z.object({
      jwt: z.object({ claims: z.unknown() }).nullish(),
      iam: z.object({ userArn: z.string() }).nullish(),
    }),
  }),
});

/**
 * Who calls, by what API Gateway says of it (payload format 2.0): people by the claims of their token, systems by the
 * identity that signed. Both at once cannot come from the gateway and is nobody.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const callerOf =
  (config: { clientId: string }) =>
  (event: unknown): Caller => {
    const { jwt, iam } = Event.safeParse(event).data?.requestContext.authorizer ?? {};
    if (jwt && iam) return { kind: 'unknown', reason: 'the request comes with a token and with a signature' };
    if (jwt) return callerInClaims(jwt.claims, config);
    const signer = iam?.userArn.split(/[:/]/).at(-1);
    if (signer) return { kind: 'known', person: signer, roles: ['service'] };
    return { kind: 'unknown', reason: 'the request comes without a token and without a signature' };
  };
