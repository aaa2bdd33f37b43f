import type { ChannelDocument } from '../documents/channel.ts';

/** What applies to sending on one channel. */
export type ChannelRules = Pick<
  ChannelDocument,
  'timeZone' | 'quietHours' | 'caps' | 'rate' | 'unsubscribe'
> & {
  consent: Pick<ChannelDocument['consent'], 'purposes'> & Partial<ChannelDocument['consent']>;
};

/** A channel without a document of its own errs on the side of the contact. */
export const safeRules: ChannelRules = {
  timeZone: 'UTC',
  quietHours: [{ from: '20:00', to: '08:00' }],
  caps: [{ messages: 3, within: 'P7D' }],
  consent: { purposes: ['marketing'] },
  unsubscribe: true,
};

export const rulesOf = (channels: ReadonlyMap<string, ChannelDocument>, channel: string): ChannelRules =>
  channels.get(channel) ?? safeRules;
