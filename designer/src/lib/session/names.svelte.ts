import { HostError, readNames } from '#lib/api.ts';

let names = $state.raw<Readonly<Record<string, string>>>({});
let asked: Promise<void> | undefined;

/** Asks the host once what people are called. One that knows ids only (AWS, where people are kept in the user pool) says nothing. */
export function askNames(): Promise<void> {
  asked ??= readNames().then(
    (answer) => {
      names = answer.names;
    },
    (error: unknown) => {
      if (!(error instanceof HostError)) throw error;
    },
  );
  return asked;
}

/** What somebody is called whom a record names by their id. */
export const nameOf = (person: string): string => names[person] ?? person;
