import type { SessionView } from '@baton/functions/api/views.ts';

/** Seconds before its end from which on a token is not used any more: it must not end on its way. */
const margin = 60;

/** The token that says who asks. It is in memory only and goes with the page; undefined where the host asks for none. */
let held = $state.raw<{ token: string; person: string; goodUntil: number }>();

export function holdToken({ accessToken, expiresInSeconds, person }: SessionView): void {
  held = { token: accessToken, person, goodUntil: Date.now() + (expiresInSeconds - margin) * 1000 };
}

export function dropToken(): void {
  held = undefined;
}

export const heldToken = (): string | undefined => held?.token;
export const isEnding = (): boolean => held !== undefined && Date.now() >= held.goodUntil;

/** What whoever signed in is called; reading it in a component keeps the component current. */
export const signedInAs = (): string | undefined => held?.person;
