/** `keys`: what does the same without the menu. `why`: what keeps it from being done, as a sentence. */
export type MenuEntry = { words: string; keys?: string; why?: string; act(): void };
