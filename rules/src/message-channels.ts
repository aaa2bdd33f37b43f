/** The ways on which messages leave. */
export const messageChannels = ['email', 'sms', 'webhook', 'push'] as const;
export type MessageChannel = (typeof messageChannels)[number];
