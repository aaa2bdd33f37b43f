import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { Rejected, Transient } from '../../ports.ts';

/**
 * What a failed call means. `again`: others were in the way, and in a moment they may not be. `unmet`: the conditions
 * at these positions did not hold. `final`: to be thrown as it is.
 */
export type Failure =
  | { kind: 'again'; problem: Transient }
  | { kind: 'unmet'; positions: number[] }
  | { kind: 'final'; problem: Transient | Rejected };

/**
 * Reads the error of a call. DynamoDB's own sentence may repeat stored values, so it is never passed on; `what` names
 * the call, `nameAt` one of the operations in it.
 */
export function failureOf(
  error: unknown,
  what: string,
  nameAt: (position: number) => string = () => what,
): Failure {
  if (error instanceof TransactionCanceledException && error.CancellationReasons)
    return cancellation(error.CancellationReasons, what, nameAt);

  const name = error instanceof Error ? error.name : String(error);
  if (invalid.has(name)) return { kind: 'final', problem: refused(what) };
  if (busy.has(name)) return { kind: 'again', problem: new Transient(`${what}: ${tooMuch}`) };
  if (inProgress.has(name)) return { kind: 'again', problem: new Transient(`${what}: ${inTheWay}`) };
  return { kind: 'final', problem: new Transient(`${what}: ${adviceOn(name, error)}`, { cause: error }) };
}

/**
 * An operation in somebody's way hides whether its own condition holds. So the transaction is made again before the
 * conditions that failed are believed to be all of them.
 */
function cancellation(
  reasons: readonly CancellationReason[],
  what: string,
  nameAt: (position: number) => string,
): Failure {
  const codes = reasons.map(({ Code = 'None' }) => Code);
  if (codes.includes('TransactionConflict'))
    return { kind: 'again', problem: new Transient(`${what}: ${inTheWay}`) };
  if (codes.some((code) => busy.has(code)))
    return { kind: 'again', problem: new Transient(`${what}: ${tooMuch}`) };

  const unmet = positionsOf(codes, (code) => code === 'ConditionalCheckFailed');
  if (unmet.length > 0) return { kind: 'unmet', positions: unmet };

  const [at = 0] = positionsOf(codes, (code) => code !== 'None');
  if (codes[at] === 'ItemCollectionSizeLimitExceeded')
    return {
      kind: 'final',
      problem: new Rejected(`${nameAt(at)}: its partition is full (10 GB); erase what is not needed`),
    };
  if (codes[at] === 'ValidationError') return { kind: 'final', problem: refused(nameAt(at)) };
  return {
    kind: 'final',
    problem: new Transient(`${nameAt(at)}: DynamoDB cancelled it (${codes[at]}); try again`),
  };
}

function positionsOf(codes: readonly string[], fits: (code: string) => boolean): number[] {
  return [...codes.keys()].filter((position) => fits(codes[position] ?? 'None'));
}

const invalid = new Set(['ValidationException', 'SerializationException']);
const busy = new Set([
  'ProvisionedThroughputExceeded',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingError',
  'ThrottlingException',
]);
const inProgress = new Set(['TransactionConflictException', 'TransactionInProgressException']);

const inTheWay = 'others keep changing the same rows; try again';
const tooMuch = 'DynamoDB is asked for more than it lets through; try again later, or raise its limits';

function refused(what: string): Rejected {
  return new Rejected(
    `${what}: DynamoDB refuses it; look for an item of more than 400 kB, an addition to what is no number, a sum that ` +
      'is too large, or a name without letters',
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
