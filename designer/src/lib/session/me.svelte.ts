import type { MeView } from '@baton/functions/api/views.ts';
import { type Right, type Role, rights, rolesThat } from '@baton/rules/roles.ts';
import { HostError, readMe } from '#lib/api.ts';
import { whoIsSignedIn } from './signed-in.svelte.ts';

let told = $state.raw<MeView>();
let asked: Promise<void> | undefined;
let answered = $state(false);

/** Asks the host once who works here and with which roles. */
export function askWhoIAm(): Promise<void> {
  asked ??= readMe()
    .then(
      (me) => {
        told = me;
      },
      (error: unknown) => {
        asked = undefined;
        if (!(error instanceof HostError)) throw error;
      },
    )
    .finally(() => {
      answered = true;
    });
  return asked;
}

/** Whose work this is, by the id that records name; undefined until it is known. */
export const me = (): MeView | undefined => told;

/** Whether it is known who works here (the session says it first), or the host could not say. */
export const isWhoKnown = (): boolean => answered || whoIsSignedIn() !== undefined;

/** Whether somebody has one of the roles. Until it is known nobody is kept from anything: the host says no where it must. */
export function mayI(...roles: readonly Role[]): boolean {
  const own = (told ?? whoIsSignedIn())?.roles;
  return !own || own.some((role) => role === 'admin' || roles.includes(role));
}

export const mayDo = (right: Right): boolean => mayI(...rolesThat(right));

/** Why a page of its own cannot be used, as a sentence; empty where it can. */
export const whyNot = (right: Right): string =>
  mayDo(right)
    ? ''
    : `Your roles do not let you ${rights[right].title.toLowerCase()}. An administrator can change that.`;
