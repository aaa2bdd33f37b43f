import { caseScenarios } from './case.ts';
import { enrolScenarios } from './enrol.ts';
import type { Scenario } from './explore.ts';
import { handoverScenarios } from './handover.ts';
import { permitScenarios } from './permit.ts';
import { waitScenarios } from './wait.ts';

/** The protocols, each with the small worlds in which it is gone through. */
export const models: Readonly<Record<string, () => Promise<Scenario[]>>> = {
  wait: waitScenarios,
  permit: permitScenarios,
  enrol: enrolScenarios,
  handover: handoverScenarios,
  case: caseScenarios,
};
