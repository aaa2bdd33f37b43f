import { StayStep, stayStep } from '../use-cases/stay-step.ts';
import { task } from './task.ts';

export const stayStepHandler = task(StayStep, stayStep);
