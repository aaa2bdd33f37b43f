import type { PlainKind } from '@baton/rules/edit/plain.ts';

/** How one part of a plain document is shown and edited. `at` leads there from what it stands in. */
export type FormField = { at: string; label: string; hint?: string } & (
  | { kind: 'text' | 'time' | 'date'; rows?: number; mayBeEmpty?: true }
  | { kind: 'number'; min: number; max: number; step?: 'any' }
  | { kind: 'span' | 'zone' | 'weekdays' | 'yes-no' }
  | { kind: 'pick'; from: 'teams' | 'calendars' }
  | { kind: 'several'; of: readonly { value: string; title: string }[] }
  | { kind: 'group'; fields: readonly FormField[] }
  /** A part that may be absent; `first` is what it begins with. */
  | { kind: 'optional'; add: string; none: string; first: () => unknown; fields: readonly FormField[] }
  /**
   * `one`: what an entry is called; an entry without fields of its own is a text. `named`: what tells entries apart.
   * `rising`: by what they stand in order.
   */
  | {
      kind: 'list';
      one: string;
      none: string;
      first: (page: { unlistedTeam(): string }) => unknown;
      fields: readonly FormField[];
      named?: string;
      rising?: string;
      least?: 1;
      ordered?: true;
    }
);

const about: FormField = {
  kind: 'group',
  at: '',
  label: 'What it is for',
  fields: [
    { kind: 'text', at: 'title', label: 'Name' },
    { kind: 'text', at: 'why', label: 'Why', rows: 3 },
    { kind: 'pick', at: 'owner.team', label: 'Owned by', from: 'teams' },
  ],
};

const windowFields: readonly FormField[] = [
  { kind: 'time', at: 'from', label: 'From' },
  { kind: 'time', at: 'to', label: 'Until before' },
  { kind: 'weekdays', at: 'weekdays', label: 'On' },
];

const spans = (at: string, label: string): FormField => ({
  kind: 'group',
  at,
  label,
  fields: [
    { kind: 'span', at: 'accept', label: 'Accepted within' },
    { kind: 'span', at: 'answer', label: 'First answer within' },
    { kind: 'span', at: 'solve', label: 'Solved within' },
  ],
});

/** The form of each kind, from what is changed most to what is changed least. What has no field here is edited as JSON. */
export const forms: Readonly<Record<PlainKind, readonly FormField[]>> = {
  channels: [
    {
      kind: 'list',
      at: 'quietHours',
      label: 'Quiet hours',
      hint: 'Marketing waits until they are over, by the clock where the contact is. If “Until before” is not later than “From”, they end on the next day; 00:00 until before 00:00 is a whole day.',
      one: 'quiet hours',
      none: 'None: marketing may go out at any hour.',
      first: () => ({ from: '20:00', to: '08:00' }),
      fields: windowFields,
    },
    {
      kind: 'list',
      at: 'caps',
      label: 'Frequency caps',
      hint: 'How many marketing messages one contact gets at most, in any stretch of the length, over all journeys.',
      one: 'cap',
      none: 'None: nothing but consent holds marketing back.',
      first: () => ({ messages: 3, within: 'P7D' }),
      fields: [
        { kind: 'number', at: 'messages', label: 'Messages at most', min: 1, max: 100 },
        { kind: 'span', at: 'within', label: 'Within' },
        { kind: 'yes-no', at: 'acrossChannels', label: 'All channels count' },
      ],
    },
    {
      kind: 'optional',
      at: 'rate',
      label: 'Rate limit',
      hint: 'For every message to everybody, of any purpose: what the provider takes.',
      add: 'Limit the rate',
      none: 'As fast as the provider takes them.',
      first: () => ({ messages: 100, per: 'PT1S' }),
      fields: [
        { kind: 'number', at: 'messages', label: 'Messages at most', min: 1, max: 1_000_000 },
        { kind: 'span', at: 'per', label: 'Per' },
      ],
    },
    {
      kind: 'group',
      at: '',
      label: 'Consent',
      fields: [
        {
          kind: 'several',
          at: 'consent.purposes',
          label: 'Needed for',
          of: [
            { value: 'marketing', title: 'Marketing' },
            { value: 'service', title: 'Service' },
          ],
        },
        {
          kind: 'text',
          at: 'consent.wording',
          label: 'What people agree to',
          rows: 3,
          hint: 'It is kept as proof with every consent. Who agreed to another wording keeps that one.',
        },
        {
          kind: 'text',
          at: 'consent.text',
          label: 'Name of this wording',
          hint: 'Give another wording another name, such as “marketing-by-email-2”.',
        },
        { kind: 'yes-no', at: 'unsubscribe', label: 'Marketing carries a link that ends it with one click' },
      ],
    },
    {
      kind: 'group',
      at: '',
      label: 'Where the company is',
      fields: [{ kind: 'zone', at: 'timeZone', label: 'Time zone, where the contact’s is not known' }],
    },
    about,
  ],
  calendars: [
    {
      kind: 'list',
      at: 'windows',
      label: 'Open',
      hint: 'Deadlines of the team count these hours only.',
      one: 'opening hours',
      none: '',
      least: 1,
      first: () => ({ from: '09:00', to: '17:00' }),
      fields: windowFields,
    },
    {
      kind: 'list',
      at: 'holidays',
      label: 'Closed all the same',
      one: 'holiday',
      none: 'No holiday.',
      named: 'title',
      first: () => ({ date: `${new Date().getFullYear() + 1}-01-01`, title: 'New Year’s Day' }),
      fields: [
        { kind: 'date', at: 'date', label: 'Day' },
        { kind: 'text', at: 'title', label: 'Name' },
      ],
    },
    {
      kind: 'group',
      at: '',
      label: 'How time counts',
      fields: [
        { kind: 'zone', at: 'timeZone', label: 'Time zone' },
        {
          kind: 'span',
          at: 'workingDay',
          label: 'A working day is',
          hint: 'A deadline of one day is so many open hours.',
        },
      ],
    },
    about,
  ],
  'service-levels': [
    spans('priorities.high', 'High priority'),
    spans('priorities.normal', 'Normal priority'),
    spans('priorities.low', 'Low priority'),
    {
      kind: 'list',
      at: 'warnings',
      label: 'Who hears of it',
      hint: 'Told once for each clock, when so much of its time is spent; 100 % is the deadline.',
      one: 'warning',
      none: '',
      least: 1,
      rising: 'percent',
      first: () => ({ percent: 50, escalateTo: 'service' }),
      fields: [
        { kind: 'number', at: 'percent', label: 'At, in %', min: 1, max: 100 },
        { kind: 'pick', at: 'escalateTo', label: 'Team', from: 'teams' },
      ],
    },
    {
      kind: 'group',
      at: '',
      label: 'How time counts',
      fields: [
        { kind: 'pick', at: 'calendar', label: 'By the working hours', from: 'calendars' },
        {
          kind: 'several',
          at: 'pauses',
          label: 'Clocks stand still while',
          of: [{ value: 'waiting-for-customer', title: 'The customer is waited for' }],
        },
        {
          kind: 'span',
          at: 'quiet',
          label: 'Closed after',
          hint: 'So long a customer may say that it is not solved after all.',
        },
      ],
    },
    about,
  ],
  settings: [
    {
      kind: 'list',
      at: 'teams',
      label: 'Teams',
      hint: 'Who leads a team owns what nobody of it owns in person, and is asked when the others were; members are asked in this order.',
      one: 'team',
      none: 'Nobody is named.',
      ordered: true,
      named: 'team',
      first: (page) => ({ team: page.unlistedTeam(), lead: '', members: [] }),
      fields: [
        { kind: 'pick', at: 'team', label: 'Team', from: 'teams' },
        { kind: 'text', at: 'lead', label: 'Led by' },
        {
          kind: 'list',
          at: 'members',
          label: 'Members',
          one: 'member',
          none: 'No members.',
          ordered: true,
          first: () => '',
          fields: [],
        },
      ],
    },
    {
      kind: 'optional',
      at: 'globalHoldout',
      label: 'Global holdout',
      hint: 'This share of all contacts gets no marketing and no offers, always the same ones. What they do without it is the measure of what it achieves.',
      add: 'Hold some contacts out',
      none: 'Nobody is held out, so nobody knows what all of it together achieves.',
      first: () => ({ percent: 5, salt: 'program' }),
      fields: [
        { kind: 'number', at: 'percent', label: 'Contacts, in %', min: 0, max: 50, step: 'any' },
        {
          kind: 'text',
          at: 'salt',
          label: 'Salt of the draw',
          hint: 'Another word draws other contacts.',
          mayBeEmpty: true,
        },
      ],
    },
    about,
  ],
};
