import type { MessageChannel } from '@baton/rules/message-channels.ts';
import type { Role } from '@baton/rules/roles.ts';

/**
 * What the API answers and the designer shows. Instants are ISO 8601 in UTC; names of stages, journeys and queues are
 * ids, with the title beside them where a person reads it.
 */
export type Problem = { path: string; reason: string; remedy: string };
/** Body of every 4xx and 5xx answer. */
export type ErrorView = { error: string; problems: Problem[] };

/** What somebody who signed in may go on with. `person` is what they are called on the screen. */
export type SessionView = { accessToken: string; expiresInSeconds: number; person: string; roles: Role[] };
/** Where the browser goes to end the session with whoever signs people in. */
export type SignedOutView = { url: string };

/** How far a publication has come. What is `live` is live as a whole; `scheduled` waits until `startAt`. */
export type PublicationView = {
  id: string;
  status: 'scheduled' | 'publishing' | 'live' | 'failed' | 'cancelled';
  startAt?: string;
  reason?: string;
  documents: { kind: string; id: string; version: number }[];
  retired: { kind: string; id: string }[];
};

/** A document as lists show it: the live version, and where its next one comes from. `version` 0: nothing is live yet. */
export type DocumentLine = {
  kind: string;
  id: string;
  title: string;
  team: string;
  version: number;
  hash: string;
  managedBy: 'code' | 'designer';
  draft?: DraftLine;
};
export type DocumentsView = { documents: DocumentLine[] };

/**
 * What somebody works on, beside what is live. `rev` grows with every change; whoever changes the draft names the one
 * they saw. `base` is the version that it began from; where `live` is another one by now, somebody published meanwhile.
 */
export type DraftLine = {
  state: 'draft' | 'in-review' | 'approved' | 'scheduled';
  rev: number;
  base: number;
  editedBy: string;
  editedAt: string;
};
export type DraftView = DraftLine & {
  document: unknown;
  /** What is to be done away with; then `document` is the live one. */
  retire?: true;
  /** Who sent it for review, who looked at it, and what they said. */
  sentBy?: string;
  sentAt?: string;
  note?: string;
  answeredBy?: string;
  answeredAt?: string;
  answer?: string;
  /** Where it is scheduled. */
  publication?: string;
  startAt?: string;
};

export type VersionLine = { version: number; publishedAt: string; by?: string; note?: string };
export type DocumentView = {
  kind: string;
  id: string;
  live?: { version: number; hash: string; managedBy: 'code' | 'designer'; document: unknown };
  draft?: DraftView;
  /** Where there is no draft: what the first save of one names. */
  rev?: number;
  /** Newest first. */
  versions: VersionLine[];
  /** Where the steps of a journey stand on the canvas, by step; says nothing about what the journey does. */
  layout?: LayoutView;
};
export type LayoutView = Record<string, { x: number; y: number }>;
export type VersionView = VersionLine & { document: unknown };

/** Body of the 409 for a draft that somebody else has changed meanwhile: both are kept until the editor decides. */
export type DraftConflictView = ErrorView & { draft: DraftView | null };

/** Who changed what, newest first. `what` is a sentence. */
export type AuditLine = {
  id: string;
  at: string;
  by: string;
  what: string;
  kind?: string;
  document?: string;
  note?: string;
};
export type AuditView = { entries: AuditLine[]; cursor?: string };

/**
 * What could not be taken. `recorded`: it stands in the history of its contact and was not acted on; everything else
 * never got that far. `body` is what was sent.
 */
export type QuarantineLine = {
  id: string;
  at: string;
  reason: string;
  recorded: boolean;
  type?: string;
  source?: string;
  subject?: string;
  contactId?: string;
  body: string;
};
export type QuarantineView = { entries: QuarantineLine[]; cursor?: string };

/**
 * What became of messages of a Segment client: taken as events, let go by because the settings say so, or kept in quarantine
 * with the reason. `leftOut`: traits and properties that their event has no field for.
 */
export type SegmentView = {
  success: true;
  accepted: number;
  ignored: number;
  quarantined: Problem[];
  leftOut: string[];
};

/** Events taken from a file of contacts; `known` of them were here already and changed nothing. */
export type ImportedView = { accepted: number; known: number };

type Count = { id: string; title: string; count: number };

/**
 * What queues gave up, by queue: how many messages after how many tries each, since when, and why; what is oldest comes first.
 * `elsewhere`: the queues of an AWS account are looked at and redriven there.
 */
export type DeadLettersView = {
  queues: {
    queue: string;
    count: number;
    tries: number;
    since: string;
    reasons: { reason: string; count: number; since: string }[];
  }[];
  elsewhere?: true;
};
export type RedrivenView = { redriven: number };

export type HomeView = {
  now: string;
  clock: 'system' | 'virtual';
  contacts: number;
  stages: (Count & { order: number; overdue: number; owner: string })[];
  outsideCycle: number;
  journeys: (Count & { completed: number; exited: number })[];
  /** `count` and `overdue` are of tasks; `cases`: those that are open in the same queue. */
  queues: (Count & { overdue: number; cases: number })[];
  cases: { open: number; overdue: number };
  handovers: { offered: number; accepted: number; returned: number; expired: number };
  messages: { sent: number; skipped: number; waiting: number };
  dataQuality: (Count & { fact: string; owner: string })[];
  /** There are more data-quality tasks than were looked through: the counts are lower bounds. */
  dataQualityPartial?: true;
  /** Events that could not be used: given up by a queue, or in quarantine. */
  deadLetters: number;
  /** The host cannot see what its queues gave up: only quarantine is counted. */
  deadLettersPartial?: true;
};

/**
 * How the contact cycle goes, by the ids of stages and handovers. `overdue` contacts have stayed longer than their stage's
 * SLA; half of those in a stage have been there for `median` or longer. Handovers: offered and to be answered (`ready`),
 * lacking what somebody must find out (`blocked`), not answered in time (`overdue`), and what became of those of the last
 * `days`. `more`: there are more than were looked at, the figures of handovers are lower bounds.
 */
export type CycleView = {
  contacts: number;
  outsideCycle: number;
  days: number;
  stages: Record<string, { count: number; overdue: number; median?: { seconds: number; atLeast?: true } }>;
  handovers: Record<
    string,
    { ready: number; blocked: number; overdue: number; accepted: number; returned: number; expired: number }
  >;
  more?: true;
};

/** How long something takes. `atLeast`: fewer have come so far than the share that is asked for. */
export type TimeView = { seconds: number; atLeast?: true };

/** Contacts of one side of a comparison, and how many of them did afterwards what was hoped for. */
type SideView = { of: number; with: number };
/**
 * What a journey or a campaign is worth: those who entered since `from` against those whom a draw kept out. `event`: what
 * was hoped for; without a goal there is nothing to compare. `more`: there are more than were looked at.
 */
export type EffectView = {
  kind: 'journeys' | 'campaigns';
  id: string;
  title: string;
  from: string;
  event?: string;
  treated: SideView;
  heldOut: SideView;
  more?: true;
};

/**
 * How it goes, over the last `days`. Every list is looked at from its latest row back, `most` rows at most; `more`: there
 * are more, the figures are of the latest. Times of stages count who is still there: half, or nine in ten, have left after so
 * long. Those of handovers are from the offer to the yes. Rules count what they left behind; one that sets a value has no count.
 */
export type InsightsView = {
  now: string;
  days: number;
  most: number;
  funnel: { from: string; stages: Count[]; more?: true };
  stages: Record<
    string,
    { entered: number; left: number; median?: TimeView; ninety?: TimeView; more?: true }
  >;
  handovers: {
    lines: {
      id: string;
      title: string;
      automatic: boolean;
      offered: number;
      accepted: number;
      returned: number;
      expired: number;
      median?: TimeView;
      ninety?: TimeView;
    }[];
    more?: true;
  };
  cases: {
    opened: number;
    clocks: { id: 'accept' | 'answer' | 'solve'; met: number; missed: number; running: number }[];
    more?: true;
  };
  rules: { lines: { id: string; title: string; action: string; count?: number }[]; more?: true };
  offers: {
    lines: (Omit<Count, 'count'> & { accepted: number; declined: number; expired: number; open: number })[];
    more?: true;
  };
  effects: EffectView[];
};

export type ContactLine = {
  id: string;
  name: string;
  stage: string | null;
  stageTitle: string;
  since: string | null;
  overlay: string | null;
  owner: OwnerView | null;
  lastEventAt: string;
};
export type ContactsView = { contacts: ContactLine[]; cursor?: string };

/**
 * Whom a condition fits: `fit` of the `of` who were looked at. Of `unknown` nobody knows, because a fact is not known of them.
 * `partial`: there are more than were looked at; `at`: as they stood then.
 */
export type MatchingView = ContactsView & {
  fit: number;
  unknown: number;
  of: number;
  at: string;
  partial?: true;
};

/** `lead`: who leads the team, where nobody else of it owns the contact in person. */
export type OwnerView = { team: string; person?: string; lead?: string };

/** People who own contacts, and how many each. */
export type OwnersView = { owners: { person: string; contacts: number }[] };

/** How many contacts heard that their owner has left or is away; `more`: the same owner has more of them. */
export type DepartureView = { told: number; more: boolean };

export type TaskView = {
  id: string;
  contactId: string;
  contactName?: string;
  /** What the contact is worth to us, where that is known: "a" is most. */
  valueTier?: string;
  kind: 'task' | 'offer' | 'data-quality' | 'escalation' | 'handover';
  queue: string;
  title: string;
  instruction?: string;
  /** What to say, as the author of the journey or the rule wrote it. */
  script?: string;
  status: 'open' | 'done' | 'expired';
  dueAt: string;
  createdAt: string;
  outcomes: { id: string; title: string }[];
  outcome?: string;
};

export type TraceView = {
  fact: string;
  path: string;
  label: string;
  operator: string;
  value: unknown;
  seen?: unknown;
  outcome: 'true' | 'false' | 'unknown';
};

export type OfferView = {
  id: string;
  taskId: string;
  table: string;
  row: string;
  /** Output columns of the decision table by name, for example `{ offer: 'rate-minus-1', label: '…', rate: 9.9 }`. */
  offer: Record<string, string | number | boolean>;
  status: 'presented' | 'accepted' | 'declined' | 'expired';
  presentedAt: string;
  expiresAt: string;
  queue: string;
  /** What to say. */
  script?: string;
  /** Why this offer: the table row's conditions with the values seen, and the rule that started the journey. */
  because: TraceView[];
  rule?: { id: string; title: string; why: string; because: TraceView[] };
};

export type HandoverView = {
  id: string;
  handover: string;
  title: string;
  status: 'offered' | 'accepted' | 'returned' | 'expired';
  from: { stage: string; team: string; person?: string };
  to: { stage: string; team: string; person?: string };
  offeredAt: string;
  acceptBy: string;
  settledAt?: string;
  reason?: string;
  returnReasons: string[];
  pack: Record<string, unknown>;
};

export type EnrolmentView = {
  id: string;
  journey: string;
  title: string;
  version: number;
  key: string;
  status: 'active' | 'completed' | 'exited' | 'failed';
  enteredAt: string;
  endedAt?: string;
  reason?: string;
  step: string;
  stepTitle: string;
  /** A sentence: "Waits for accept or decline until …". */
  waiting?: { text: string; until?: string };
};

export type CaseView = {
  id: string;
  title: string;
  status: 'open' | 'closed';
  state:
    | 'new'
    | 'accepted'
    | 'in-work'
    | 'waiting-for-customer'
    | 'solved'
    | 'confirmed'
    | 'closed'
    | 'merged';
  /** A sentence: "Waiting for the customer since …". */
  stateText: string;
  /** Who has accepted it. */
  person?: string;
  priority: 'low' | 'normal' | 'high';
  queue: string;
  openedAt: string;
  /** The next deadline; it counts only while a clock is running. */
  dueAt: string;
  running: boolean;
  key: string;
  /** What was promised and what became of it, in words. */
  clocks: {
    name: 'accept' | 'answer' | 'solve';
    state: 'running' | 'paused' | 'met' | 'missed';
    text: string;
  }[];
};

export type MessageView = {
  id: string;
  contactId: string;
  contactName?: string;
  channel: MessageChannel;
  template: string;
  purpose: 'marketing' | 'service';
  status: 'waiting' | 'sent' | 'skipped' | 'failed' | 'unknown';
  reason?: string;
  subject?: string;
  body?: string;
  at: string;
  journey?: string;
  /** What came back from the recipient's side, in words. */
  feedback?: { kind: 'delivered' | 'bounced' | 'complained'; text: string; at: string };
};

/** One line of the history, newest first. `text` is a sentence for people; `detail` the values behind it. */
export type TimelineLine = {
  id: string;
  at: string;
  kind: 'event' | 'interaction' | 'decision' | 'message' | 'task' | 'case' | 'handover' | 'stage' | 'journey';
  title: string;
  text: string;
  detail?: Record<string, unknown>;
  /** The event as it was recorded, for lines that are one. */
  event?: { type: string; data: Record<string, unknown> };
  decision?: DecisionView;
};

export type DecisionView = {
  eventId: string;
  eventType: string;
  at: string;
  rules: {
    id: string;
    title: string;
    version: number;
    verdict:
      | 'fires'
      | 'masked'
      | 'held-out'
      | 'not-in-rollout'
      | 'no'
      | 'unknown'
      | 'quarantined'
      | 'cooling-down';
    reason?: string;
    because: TraceView[];
  }[];
  handover?: {
    id: string;
    title: string;
    kind: 'ready' | 'blocked' | 'stay';
    missing?: string[];
    because: TraceView[];
  };
};

export type ContactView = {
  contact: ContactLine & {
    attributes: { path: string; label: string; value: unknown; at: string }[];
    milestones: { id: string; title: string; reachedAt?: string }[];
    identifiers: string[];
    consent: {
      channel: string;
      purpose: string;
      given: boolean;
      at: string;
      /** The proof, as far as whoever reported it said so: how, where, and the text that was agreed to. */
      method?: string;
      where?: string;
      text?: string;
      wording?: string;
    }[];
  };
  offers: OfferView[];
  tasks: TaskView[];
  cases: CaseView[];
  handovers: HandoverView[];
  enrolments: EnrolmentView[];
  messages: MessageView[];
  timeline: TimelineLine[];
  timelineCursor?: string;
  /** Where it was asked for: what was known of the contact at that instant, in the order of the catalogue. */
  asOf?: { at: string; facts: FactView[] };
};

/** One fact: `fact` is its root in the catalogue. */
export type FactView = { fact: string; path: string; label: string; unit?: string; value: unknown };

/**
 * Something that waits for a person at the desk, and how the time stands that was promised for it: `breached`, `at-risk` from
 * four fifths on, `met` so far, or `paused` while the customer is waited for. `spent`: percent of that time. `person`: who has
 * it, be it taken, offered or owned; without one it is there for anybody of the team.
 */
export type DeskLine = Pick<
  TaskView,
  'id' | 'contactId' | 'contactName' | 'valueTier' | 'queue' | 'title' | 'dueAt'
> & {
  kind: TaskView['kind'] | 'case';
  person?: string;
  sla: { state: 'breached' | 'at-risk' | 'met' | 'paused'; spent?: number };
};
/** `sorted`: over how many lines the order was made, those due first; `more`: there are more, which stand behind them all. */
export type DeskView = { lines: DeskLine[]; cursor?: string; sorted?: number; more?: true };

export type TasksView = { tasks: TaskView[]; cursor?: string };
export type MessagesView = { messages: MessageView[]; cursor?: string };

export type CampaignRunView = {
  /** The moment that names the run. */
  id: string;
  startedAt: string;
  status: 'running' | 'done';
  audience: number;
  enrolled: number;
  heldOut: number;
};
export type CampaignView = {
  id: string;
  title: string;
  why: string;
  /** Who is meant, in words. */
  audience: string;
  journey: string;
  holdoutPercent: number;
  perMinute: number;
  runs: CampaignRunView[];
};
export type CampaignsView = { campaigns: CampaignView[] };

/** Whether a journey runs, and what became of those inside since that was changed. */
export type JourneyView = {
  id: string;
  title: string;
  version: number;
  state: 'running' | 'paused' | 'stopped';
  since?: string;
  /** Everybody whom the last change concerns has gone on or has left. */
  settled: boolean;
  inside: number;
  /** Of those inside: who would go on if the journey were not paused. */
  held: number;
  changes: { at: string; by: string; reason: string; from: string; to: string }[];
  /** How the experiments of the live version stand. */
  experiments: ExperimentView[];
};

/** Contacts that came into each arm for the first time, how many of them succeeded, and the arm that has won. */
export type ExperimentView = {
  step: string;
  title: string;
  arms: { id: string; title: string; entered: number; succeeded: number }[];
  winner?: string;
};

/**
 * How it goes in a journey, in enrolments of all versions. `of`: how many were looked at, the latest of each state where there
 * are `more`; `moreInside`: some of those left out are inside; `since`: when the first of those looked at entered; `untraced`:
 * those whose steps were not kept, so that they count only where they are or have left.
 */
export type JourneyNumbersView = {
  of: number;
  more: boolean;
  moreInside: boolean;
  since?: string;
  untraced: number;
  inside: number;
  steps: Record<string, JourneyStepNumbers>;
  /** Who left, by the reason; `goal` is one of them. */
  ends: Record<string, number>;
};
/** Of those who have `entered` a step each is in it (`inside`), has gone on from it (`passed`) or left the journey there (`left`, by reason). */
export type JourneyStepNumbers = {
  inside: number;
  entered: number;
  passed: number;
  left: Record<string, number>;
};
/** Who is in a journey, in one of its steps, has gone on from a step, or left; `step`: where that enrolment is, or left, for `reason`. */
export type JourneyContactsView = {
  contacts: {
    id: string;
    name: string;
    enrolment: string;
    /** When it left, or, while it is inside, when it entered. */
    since: string;
    version: number;
    step: string;
    reason?: string;
  }[];
  cursor?: string;
};

/**
 * A message as it would be sent: `html` where it is a mail in HTML, `text` what is read without it, or the whole of it.
 * `missing`: names that are written out and for which nothing is known. With problems there is no text.
 */
export type PreviewView = {
  language: string;
  subject?: string;
  html?: string;
  text: string;
  missing: string[];
  problems: { path: string; message: string }[];
};

/**
 * Whom a condition fits, by line (named n1, n2, … in document order where the document names none). `of`: how many were
 * looked at; `partial`: there are more; `at`: as they stood then.
 */
export type ReachView = {
  contacts: number;
  of: number;
  at: string;
  partial?: true;
  lines: Record<string, { before: number; after: number; unknown: number; open?: true }>;
};

/** Everything that is live, by kind; for checks and pickers. */
export type LibraryView = { documents: Record<string, unknown[]> };

/** Who asks. */
export type MeView = { person: string; roles: Role[] };

/** Why a contact is in a journey or is not: sentences, and the last occasion on which it could have entered. */
export type JourneyEntryView = {
  journey: string;
  title: string;
  inside: boolean;
  text: string[];
  last?: {
    at: string;
    eventType: string;
    verdict: string;
    because: TraceView[];
    heldOut?: 'global' | 'journey' | 'campaign';
    notBefore?: string;
  };
};

/** The state of a host in figures, for `baton status`. */
export type StatusView = {
  now: string;
  clock: 'system' | 'virtual';
  contacts: number;
  stages: Count[];
  outsideCycle: number;
  activeEnrolments: number;
  openWaits: number;
  openTasks: number;
  openCases: number;
  messages: Record<MessageView['status'], number>;
  /** Recorded, not yet applied. */
  pendingEvents: number;
  /** Decided, not yet acted on. */
  outbox: number;
  deadLetters: number;
  deadLettersPartial?: true;
  /** Live documents by kind. */
  documents: Record<string, number>;
  /** What happened since the host started, by the names of `metrics.ts`; empty where the figures are kept elsewhere. */
  counts: Record<string, number>;
};
