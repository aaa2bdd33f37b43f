import type { Gate } from './finding.ts';
import { frozenGate } from './frozen.ts';
import { machinesGate } from './machines.ts';
import { parityGate } from './parity.ts';
import { type Emitters, projectGate, projectRules } from './project-rules.ts';
import { rightsGate } from './rights.ts';
import { simulationGate } from './simulation.ts';
import type { Stage } from './template.ts';
import { bestPracticeGate, validatorGate } from './validator.ts';

export const gateNames = [
  'validator',
  'cdk-nag',
  'machines',
  'rights',
  'simulation',
  'project rules',
  'parity',
  'frozen ids',
] as const;
export type GateName = (typeof gateNames)[number];

/** Every gate that a synthesised stage must pass: tools of others first, then what they do not know. */
export const gatesOf = (good: Stage, emitters: Emitters): Record<GateName, Gate> => ({
  validator: validatorGate(good),
  'cdk-nag': bestPracticeGate(good),
  machines: machinesGate,
  rights: rightsGate,
  simulation: simulationGate,
  'project rules': projectGate(projectRules(emitters)),
  parity: parityGate,
  'frozen ids': frozenGate,
});
