import * as z from 'zod';
import { type AwsAnswer, stubAws } from './aws-stub.ts';

const Put = z.object({ Value: z.string() });

/** Parameter Store with one parameter, which can be exchanged. */
export function parameterStore(value?: string) {
  let held = value;
  return {
    held: () => held,
    exchange: (other: string) => {
      held = other;
    },
    ...stubAws(({ operation, body }): AwsAnswer => {
      if (operation === 'PutParameter') {
        if (held !== undefined) return { status: 400, error: 'ParameterAlreadyExists' };
        held = Put.parse(body).Value;
        return { status: 200, body: { Version: 1 } };
      }
      if (held === undefined) return { status: 400, error: 'ParameterNotFound' };
      if (operation === 'DeleteParameter') {
        held = undefined;
        return { status: 200, body: {} };
      }
      return { status: 200, body: { Parameter: { Value: held } } };
    }),
  };
}
