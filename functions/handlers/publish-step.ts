import { PublishStep, publishStep } from '../use-cases/publish-documents.ts';
import { task } from './task.ts';

export const publishStepHandler = task(PublishStep, publishStep);
