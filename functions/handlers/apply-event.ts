import type { Ports } from '../ports.ts';
import { contactOf } from '../repositories/rows.ts';
import { applyEvents } from '../use-cases/apply-event.ts';
import { forEachChange } from './each-change.ts';
import type { Handler } from './task.ts';

/** Called with newly recorded events. */
export const applyEventHandler = (ports: Ports): Handler =>
  forEachChange(ports, (key) => applyEvents(ports, { contactId: contactOf(key.pk), event: key }));
