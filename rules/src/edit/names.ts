import { Id } from '../documents/common.ts';

/** A name for documents that follows from words: "Wrong person!" gives `wrong-person`. Empty where nothing is left. */
export function idFrom(words: string): string {
  const bare = words.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const id = bare.replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+|-+$/g, '');
  return Id.safeParse(id).success ? id : '';
}

/** The same, unlike every name that is taken. */
export function freeIdFrom(words: string, taken: readonly string[], otherwise: string): string {
  const wanted = idFrom(words) || otherwise;
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

export const isId = (text: string): boolean => Id.safeParse(text).success;

/** A list with one entry elsewhere; `undefined` where it cannot go there. */
export function moved<T>(list: readonly T[], from: number, by: number): T[] | undefined {
  const entry = list[from];
  const to = from + by;
  if (entry === undefined || to < 0 || to >= list.length) return undefined;
  return list.toSpliced(from, 1).toSpliced(to, 0, entry);
}
