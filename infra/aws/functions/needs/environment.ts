import { Rejected } from '@baton/functions/ports.ts';

/** A value that the deployment gives to its functions. */
export function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Rejected(`environment ${name}: missing; the deployment gives it`);
  return value;
}
