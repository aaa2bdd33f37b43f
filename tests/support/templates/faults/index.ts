import type { Fault } from '../fault.ts';
import { computeFaults } from './compute.ts';
import { dataFaults } from './data.ts';
import { doorFaults } from './doors.ts';
import { eventFaults } from './events.ts';
import { machineFaults } from './machines.ts';
import { rightFaults } from './rights.ts';

/** What can go wrong with a deployment, by the part of it that is hit. */
export const faults: Record<string, readonly Fault[]> = {
  'tables and people': dataFaults,
  'functions and queues': computeFaults,
  'events, schedules and alarms': eventFaults,
  'API and site': doorFaults,
  rights: rightFaults,
  machines: machineFaults,
};
