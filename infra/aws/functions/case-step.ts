import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { caseStepHandler } from '@baton/functions/handlers/case-step.ts';
export const handler = lambda(caseStepHandler, {
  workflows: async () => (await import('./needs/workflows.ts')).workflows(),
});
