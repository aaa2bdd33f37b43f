import type { SignedIn } from './session.ts';

let signedIn = $state.raw<SignedIn>();

/** Who is signed in; undefined where the host asks nobody to. */
export const whoIsSignedIn = (): SignedIn | undefined => signedIn;

export function showSignedIn(who: SignedIn | undefined): void {
  signedIn = who;
}
