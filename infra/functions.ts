/**
 * Every function and what it may reach. On AWS its role grants this and nothing else; a test holds the list against what
 * the functions do, in both directions. The local host runs all of them in one process, where there are no walls.
 */
export type TableRight =
  | 'get'
  | 'query'
  | 'query tl'
  | 'query g1'
  | 'query due'
  | 'put'
  | 'update'
  | 'delete'
  | 'check';

/** Beside tables: machines to start, tokens to answer, messages to send and so on. */
export type Right =
  | 'answer tokens'
  | 'start stays'
  | 'start cases'
  | 'start journeys'
  | 'stop journeys'
  | 'start campaigns'
  | 'start publications'
  | 'publish journeys'
  | 'plan campaigns'
  | 'put events'
  | 'send messages'
  | 'read identity key'
  | 'read address'
  | 'read write key'
  | 'read webhook secret'
  | 'make identity key'
  | 'make write key'
  | 'make webhook secret'
  | 'remove identity key'
  | 'remove write key'
  | 'remove webhook secret'
  | 'write site'
  | 'clean up machines';

export type FunctionDescription = {
  core?: readonly TableRight[];
  design?: readonly TableRight[];
  guard?: readonly TableRight[];
  may?: readonly Right[];
  memoryMb: 256 | 512 | 1024;
  timeoutSeconds: number;
  /** About how long a call takes, for the estimate of costs. */
  usualMs: number;
};

/** What is live: the pointers of one partition, and the versions they name. */
const reading = ['get', 'query'] as const;

export const functions = {
  'record-event': {
    core: ['get', 'put'],
    design: reading,
    guard: ['get', 'put'],
    may: ['read identity key'],
    memoryMb: 512,
    // A sixth of the time for which the queue hides what is being worked on.
    timeoutSeconds: 10,
    usualMs: 40,
  },
  'apply-event': {
    core: ['get', 'query', 'query due', 'put', 'update', 'delete', 'check'],
    design: reading,
    guard: ['get', 'update'],
    may: ['read identity key'],
    memoryMb: 1024,
    timeoutSeconds: 60,
    usualMs: 60,
  },
  dispatch: {
    core: ['get', 'put', 'update', 'delete'],
    design: ['get'],
    guard: ['get', 'put'],
    may: [
      'read identity key',
      'start stays',
      'start cases',
      'start journeys',
      'stop journeys',
      'answer tokens',
      'put events',
      'send messages',
    ],
    memoryMb: 512,
    timeoutSeconds: 60,
    usualMs: 60,
  },
  'run-step': {
    core: ['get', 'query', 'put', 'update', 'delete', 'check'],
    design: reading,
    guard: ['get', 'check'],
    may: ['answer tokens', 'read identity key', 'read address'],
    memoryMb: 1024,
    timeoutSeconds: 60,
    usualMs: 60,
  },
  'stay-step': {
    core: ['get', 'query', 'put', 'update', 'delete', 'check'],
    design: reading,
    may: ['answer tokens'],
    memoryMb: 512,
    timeoutSeconds: 60,
    usualMs: 40,
  },
  'case-step': {
    core: ['get', 'query', 'put', 'update', 'delete', 'check'],
    design: reading,
    may: ['answer tokens'],
    memoryMb: 512,
    timeoutSeconds: 60,
    usualMs: 40,
  },
  'campaign-step': {
    core: ['get', 'query g1', 'put'],
    design: ['get', 'query', 'put', 'update'],
    memoryMb: 1024,
    timeoutSeconds: 900,
    usualMs: 3000,
  },
  'publish-step': {
    design: ['get', 'query', 'put', 'update'],
    may: ['publish journeys', 'plan campaigns'],
    memoryMb: 512,
    timeoutSeconds: 300,
    usualMs: 2000,
  },
  sweep: {
    core: ['get', 'query', 'query g1', 'query due', 'put', 'update', 'delete', 'check'],
    design: [...reading, 'update'],
    guard: ['get', 'put', 'update'],
    may: [
      'read identity key',
      'start stays',
      'start cases',
      'start journeys',
      'stop journeys',
      'answer tokens',
      'put events',
      'send messages',
    ],
    memoryMb: 512,
    timeoutSeconds: 300,
    usualMs: 400,
  },
  'record-feedback': {
    core: ['get', 'put', 'update'],
    guard: ['get', 'put'],
    may: ['read identity key'],
    memoryMb: 512,
    timeoutSeconds: 30,
    usualMs: 40,
  },
  // On AWS alone: the local host posts at once. It is woken where a receiver is configured.
  'deliver-webhook': {
    may: ['read webhook secret'],
    memoryMb: 256,
    // All of a batch are posted at once, and the receiver has ten seconds to answer.
    timeoutSeconds: 30,
    usualMs: 300,
  },
  'api-read': {
    core: ['get', 'query', 'query tl', 'query g1', 'query due'],
    design: ['get', 'query', 'query g1'],
    memoryMb: 1024,
    timeoutSeconds: 29,
    usualMs: 150,
  },
  'api-events': {
    core: ['get'],
    design: reading,
    guard: ['get'],
    may: ['put events', 'read identity key'],
    memoryMb: 512,
    timeoutSeconds: 29,
    usualMs: 60,
  },
  'api-answers': {
    core: ['get', 'put', 'update', 'check'],
    design: reading,
    memoryMb: 512,
    timeoutSeconds: 29,
    usualMs: 60,
  },
  'api-runs': {
    design: reading,
    may: ['start campaigns'],
    memoryMb: 512,
    timeoutSeconds: 29,
    usualMs: 60,
  },
  'api-documents': {
    design: ['get', 'query', 'query g1', 'put', 'update'],
    may: ['start publications'],
    memoryMb: 1024,
    timeoutSeconds: 29,
    usualMs: 400,
  },
  'api-admin': {
    core: ['get', 'query g1', 'update', 'delete'],
    design: ['get', 'query', 'put'],
    may: ['put events'],
    memoryMb: 512,
    timeoutSeconds: 29,
    usualMs: 60,
  },
  unsubscribe: {
    core: ['get', 'put', 'update'],
    may: ['read identity key'],
    memoryMb: 512,
    timeoutSeconds: 29,
    usualMs: 60,
  },
  // Beside what records events: it keeps in quarantine what was no event.
  segment: {
    core: ['get', 'put'],
    design: reading,
    guard: ['get'],
    may: ['put events', 'read identity key', 'read write key'],
    memoryMb: 512,
    timeoutSeconds: 29,
    usualMs: 60,
  },
  auth: { memoryMb: 256, timeoutSeconds: 29, usualMs: 100 },
  'deploy-library': {
    design: ['get', 'query', 'put', 'update'],
    may: ['publish journeys', 'plan campaigns', 'make identity key', 'make write key', 'make webhook secret'],
    memoryMb: 1024,
    timeoutSeconds: 900,
    usualMs: 20_000,
  },
  'deploy-site': { may: ['write site'], memoryMb: 512, timeoutSeconds: 300, usualMs: 5000 },
  'clean-up': {
    may: ['clean up machines', 'remove identity key', 'remove write key', 'remove webhook secret'],
    memoryMb: 256,
    timeoutSeconds: 900,
    usualMs: 2000,
  },
} as const satisfies Record<string, FunctionDescription>;

export type FunctionName = keyof typeof functions;
