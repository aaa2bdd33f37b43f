import { RunStep, runStep } from '../use-cases/run-step.ts';
import { task } from './task.ts';

export const runStepHandler = task(RunStep, runStep);
