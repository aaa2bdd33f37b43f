/** What a metric is: counted things or measured values, one sentence, and the alarm that it feeds, if any. */
type Described = {
  unit: 'Count' | 'Seconds' | 'Milliseconds';
  about: string;
  alarm?: string;
  /** Told apart by one dimension with these values only; what is not among them counts as `other`. */
  by?: { dimension: string; values: readonly string[] };
};

/** Why a message was not sent, as a code; whatever a reason says beyond it stays in the send's row. */
export const permitReasons = [
  'template-missing',
  'no-address',
  'suppressed',
  'suppressed-bounce',
  'suppressed-complaint',
  'problem-open',
  'no-consent',
  'consent-withdrawn',
  'frequency-cap',
  'quiet-hours',
  'no-unsubscribe-address',
  'left-journey',
  'template',
  'journey-stopped',
  'held-out',
] as const;
export type PermitReason = (typeof permitReasons)[number];

/** Everything that Baton counts and measures, on every host. A name that is not here does not exist. */
export const catalogue = {
  EventsAccepted: { unit: 'Count', about: 'Events recorded for the first time.' },
  EventsDuplicate: { unit: 'Count', about: 'Events that were recorded before and changed nothing.' },
  EventsRejected: { unit: 'Count', about: 'Events put into quarantine for a person to look at.' },
  ApplyConflict: { unit: 'Count', about: 'Tries to apply an event that another change of its contact beat.' },
  WaitOpened: { unit: 'Count', about: 'Waits of journeys that began.' },
  WaitClaimed: { unit: 'Count', about: 'Waits of journeys that an event answered.' },
  WaitExpired: { unit: 'Count', about: 'Waits of journeys that their timer closed.' },
  Swept: {
    unit: 'Count',
    about: 'Things the sweeper finished because nobody else had.',
    alarm: 'above 0 for 15 minutes: the safety net works, so something else does not',
  },
  PermitGranted: { unit: 'Count', about: 'Messages that were allowed.' },
  PermitDenied: {
    unit: 'Count',
    about: 'Messages that were not allowed, by reason.',
    by: { dimension: 'reason', values: permitReasons },
  },
  SendSent: { unit: 'Count', about: 'Messages that a channel took.' },
  SendUnknown: {
    unit: 'Count',
    about: 'Attempts to send whose outcome nobody knows; they are not repeated.',
    alarm: 'above 0.1 % of SendSent',
  },
  SendFailed: { unit: 'Count', about: 'Messages that a channel refused for good.' },
  OutboxAgeSeconds: {
    unit: 'Seconds',
    about: 'From the decision to the action that follows from it.',
    alarm: 'p99 above 60',
  },
  StepMilliseconds: { unit: 'Milliseconds', about: 'How long a call of the step function took.' },
  PublishResult: {
    unit: 'Count',
    about: 'Publications by how they ended.',
    by: { dimension: 'result', values: ['live', 'failed'] },
  },
  TimerLatenessSeconds: { unit: 'Seconds', about: 'How long after its time a wait went on.' },
} as const satisfies Record<string, Described>;

type Catalogue = typeof catalogue;
export type MetricName = keyof Catalogue;
export type CountName = {
  [Name in MetricName]: Catalogue[Name]['unit'] extends 'Count' ? Name : never;
}[MetricName];
export type MeasureName = Exclude<MetricName, CountName>;

/** The dimension of one count, from the closed list; free text cannot become one. */
export function dimensionOf(
  name: MetricName,
  value: string | undefined,
): { dimension: string; value: string } | undefined {
  const described: Described = catalogue[name];
  if (!described.by) return undefined;
  const { dimension, values } = described.by;
  return { dimension, value: value !== undefined && values.includes(value) ? value : 'other' };
}
