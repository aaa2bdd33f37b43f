import type { Ports } from '../ports.ts';
import { dispatch } from '../use-cases/dispatch.ts';
import { forEachChange } from './each-change.ts';
import type { Handler } from './task.ts';

/** Called with new outbox rows. While a provider takes one message, the next row is acted on. */
export const dispatchHandler = (ports: Ports): Handler =>
  forEachChange(ports, (key, goOn) => dispatch(ports, key, goOn));
