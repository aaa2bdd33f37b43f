import { CaseStep, caseStep } from '../use-cases/case-step.ts';
import { task } from './task.ts';

export const caseStepHandler = task(CaseStep, caseStep);
