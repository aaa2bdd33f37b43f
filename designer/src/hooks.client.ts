import '#lib/worker/without-eval.ts';
import { askWhoIAm } from '#lib/session/me.svelte.ts';

// Every page waits for it: it is asked for while the script of the page is still being fetched.
void askWhoIAm();
