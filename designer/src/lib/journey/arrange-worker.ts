import { arrange, type Unarranged } from './arrange.ts';

/** Lays one drawing out beside the page. */
addEventListener('message', ({ data }: MessageEvent<Unarranged>) => postMessage(arrange(data)));
