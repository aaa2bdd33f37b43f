import { canary } from './hostile-templates.ts';

/** Prototypes that an attack would poison. */
const prototypes = [
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  RegExp,
  Promise,
  Map,
  Set,
  Date,
  Error,
].map((owner) => owner.prototype);

/**
 * Plants the canary and closes the prototypes to new names; answers how to ask what came of it. They are not frozen:
 * on a frozen prototype nobody, zod included, may give an object of its own a key like "toString".
 */
export function plantCanary(): { ran: () => number; changed: () => string[] } {
  let calls = 0;
  Object.defineProperty(globalThis, canary, { value: () => ++calls });
  for (const prototype of prototypes) Object.preventExtensions(prototype);
  const before = prototypes.map(contentOf);
  const globals = new Set(Object.getOwnPropertyNames(globalThis));
  return {
    ran: () => calls,
    changed: () => [
      ...prototypes
        .filter((prototype, index) => !sameContent(contentOf(prototype), before[index]))
        .map(String),
      ...Object.getOwnPropertyNames(globalThis).filter((name) => !globals.has(name)),
    ],
  };
}

type Content = ReadonlyMap<PropertyKey, unknown>;

function contentOf(prototype: object): Content {
  return new Map(
    Reflect.ownKeys(prototype).map((key) => {
      const { value, get } = Reflect.getOwnPropertyDescriptor(prototype, key) ?? {};
      return [key, value ?? get];
    }),
  );
}

function sameContent(a: Content, b: Content | undefined): boolean {
  return a.size === b?.size && [...a].every(([key, value]) => b.has(key) && b.get(key) === value);
}
