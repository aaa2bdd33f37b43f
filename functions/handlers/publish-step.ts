import { PublishStep, publishStep } from '../use-cases/publish-step.ts';
import { task } from './task.ts';

export const publishStepHandler = task(PublishStep, publishStep);
