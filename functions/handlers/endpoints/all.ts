import { admin } from './admin.ts';
import { answers } from './answers.ts';
import { contacts } from './contacts.ts';
import { documents } from './documents.ts';
import { events } from './events.ts';
import { journeys } from './journeys.ts';
import { read } from './read.ts';
import type { Endpoints } from './reply.ts';
import { runs } from './runs.ts';

/** Every endpoint, for a host that serves all of them; a function on AWS loads its own only. */
export const endpoints: Endpoints = {
  ...admin,
  ...answers,
  ...contacts,
  ...documents,
  ...events,
  ...journeys,
  ...read,
  ...runs,
};
