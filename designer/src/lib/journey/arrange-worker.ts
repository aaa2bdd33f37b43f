import { arrange } from './arrange.ts';
import type { Unarranged } from './arrangement.ts';

/** Lays one drawing out beside the page. */
addEventListener('message', ({ data }: MessageEvent<Unarranged>) => postMessage(arrange(data)));
