import { Refusal } from '../cli/failure.ts';

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
export type Outgoing = { method: 'GET' | 'POST'; url: URL; headers: Record<string, string>; body?: string };

/**
 * The headers of a request with its signature (AWS Signature Version 4), which covers method, path, host, all headers
 * given and the body. `host` is left out of the answer, because whoever sends the request writes it.
 */
export async function signedHeaders(
  { method, url, headers, body }: Outgoing,
  { region, credentials, at }: { region: string; credentials: Credentials; at: Date },
): Promise<Record<string, string>> {
  const [{ SignatureV4 }, { Sha256 }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@aws-crypto/sha256-js'),
  ]);
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { ...headers, host: url.host },
      body,
    },
    { signingDate: at },
  );
  const { host: _, ...rest } = signed.headers;
  return rest;
}

/** The credentials of this shell, as every AWS tool finds them: environment, profile, single sign-on, role. */
export function shellCredentials(): () => Promise<Credentials> {
  let provider: (() => Promise<Credentials>) | undefined;
  return async () => {
    try {
      provider ??= (await import('@aws-sdk/credential-provider-node')).defaultProvider();
      return await provider();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Refusal(
        `there are no AWS credentials to sign with (${reason}); set AWS_PROFILE, or sign in with "aws sso login"`,
      );
    }
  };
}
