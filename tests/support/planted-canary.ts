import { canary } from './hostile-templates.ts';

/** Prototypes that an attack would poison. That of `Error` stays open, because zod names its errors by assignment. */
const prototypes = [Object, Array, Function, String, Number, Boolean, RegExp, Promise, Map, Set, Date].map(
  (owner) => owner.prototype,
);

/** Plants the canary and freezes the prototypes; answers how to ask what came of it. */
export function plantCanary(): { ran: () => number; poisoned: () => string[] } {
  let calls = 0;
  Object.defineProperty(globalThis, canary, { value: () => ++calls });
  const names = new Map(prototypes.map((prototype) => [prototype, namesOf(prototype)]));
  const globals = new Set(Object.getOwnPropertyNames(globalThis));
  for (const prototype of prototypes) Object.freeze(prototype);
  return {
    ran: () => calls,
    poisoned: () => [
      ...prototypes.filter((prototype) => namesOf(prototype) !== names.get(prototype)).map(String),
      ...Object.getOwnPropertyNames(globalThis).filter((name) => !globals.has(name)),
      ...namesOf(Error.prototype)
        .split(' ')
        .filter((name) => name === 'polluted'),
    ],
  };
}

function namesOf(prototype: object): string {
  return Reflect.ownKeys(prototype).map(String).sort().join(' ');
}
