import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { Rejected, Transient } from '../../ports.ts';

/** Why a call failed, to be thrown; `again`: others were in the way, and in a moment they may not be. */
export type Failure = { again: boolean; problem: Transient | Rejected };

const final = (problem: Transient | Rejected): Failure => ({ again: false, problem });
const again = (problem: Transient): Failure => ({ again: true, problem });

/**
 * The positions of the conditions that did not hold, where that is what cancelled a transaction. An operation in
 * somebody's way hides whether its own condition holds: then nothing is known before the transaction is made again.
 */
export function unmetIn(error: unknown): number[] | undefined {
  const codes = codesOf(error);
  if (!codes || codes.some(isPassing)) return undefined;
  const unmet = positionsOf(codes, (code) => code === 'ConditionalCheckFailed');
  return unmet.length > 0 ? unmet : undefined;
}

/**
 * Reads the error of a call. DynamoDB's own sentence may repeat stored values, so it is never passed on; `what` names
 * the call, `nameAt` one of the operations in it.
 */
export function failureOf(
  error: unknown,
  what: string,
  nameAt: (position: number) => string = () => what,
): Failure {
  const codes = codesOf(error);
  if (codes) return cancellation(codes, what, nameAt);

  const name = error instanceof Error ? error.name : String(error);
  if (invalid.has(name)) return final(refused(what));
  if (isPassing(name)) return again(new Transient(`${what}: ${adviceAgainst(name)}`));
  return final(new Transient(`${what}: ${adviceOn(name, error)}`, { cause: error }));
}

function cancellation(codes: readonly string[], what: string, nameAt: (position: number) => string): Failure {
  const passing = codes.find(isPassing);
  if (passing) return again(new Transient(`${what}: ${adviceAgainst(passing)}`));

  const [at = 0] = positionsOf(codes, (code) => code !== 'None');
  switch (codes[at]) {
    case 'ValidationError':
      return final(refused(nameAt(at)));
    case 'ItemCollectionSizeLimitExceeded':
      return final(new Rejected(`${nameAt(at)}: its partition is full (10 GB); erase what is not needed`));
    default:
      return final(new Transient(`${nameAt(at)}: DynamoDB cancelled it (${codes[at]}); try again`));
  }
}

/** One code for each operation of a cancelled transaction. */
function codesOf(error: unknown): string[] | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  return error.CancellationReasons?.map(({ Code = 'None' }) => Code);
}

function positionsOf(codes: readonly string[], fits: (code: string) => boolean): number[] {
  return [...codes.keys()].filter((position) => fits(codes[position] ?? 'None'));
}

const invalid = new Set(['ValidationException', 'SerializationException']);
const inTheWay = new Set([
  'TransactionConflict',
  'TransactionConflictException',
  'TransactionInProgressException',
]);
const tooMuch = new Set([
  'ProvisionedThroughputExceeded',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingError',
  'ThrottlingException',
]);

function isPassing(name: string): boolean {
  return inTheWay.has(name) || tooMuch.has(name);
}

function adviceAgainst(passing: string): string {
  return inTheWay.has(passing)
    ? 'others keep changing the same rows; try again'
    : 'DynamoDB is asked for more than it lets through; try again later, or raise its limits';
}

function refused(what: string): Rejected {
  return new Rejected(
    `${what}: DynamoDB refuses it; look for an item of more than 400 kB, an addition to what is no number, a sum that ` +
      'is too large, or an attribute without a name',
  );
}

const denied = new Set(['AccessDeniedException', 'AccessDenied', 'NotAuthorized', 'UnauthorizedOperation']);
const unknownCaller = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'TokenProviderError',
  'UnrecognizedClientException',
]);
const missing = new Set(['ResourceNotFoundException', 'TableNotFoundException', 'IndexNotFoundException']);

function adviceOn(name: string, error: unknown): string {
  if (denied.has(name)) return `access is denied (${name}); let the function's role do this with the table`;
  if (unknownCaller.has(name)) return `AWS does not know the caller (${name}); renew the credentials`;
  if (missing.has(name)) return 'there is no such table or index; deploy the tables first';
  const status = statusOf(error);
  if (status === undefined) return `DynamoDB cannot be reached (${name}); check network, region and endpoint`;
  if (status >= 500) return `DynamoDB has a fault (${name}, ${status}); try again`;
  return `DynamoDB answers ${name} (${status}); try again, and look the name up if it stays`;
}

/** Of the answer; an error without one comes from the way there. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
