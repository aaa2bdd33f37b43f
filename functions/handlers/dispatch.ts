import type { Ports } from '../ports.ts';
import { dispatch } from '../use-cases/dispatch.ts';
import { forEachChange } from './each-change.ts';
import type { Handler } from './task.ts';

/** Called with new outbox rows. */
export const dispatchHandler = (ports: Ports): Handler => forEachChange(ports, (key) => dispatch(ports, key));
