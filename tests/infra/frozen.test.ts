import { expect, test } from 'vitest';
import { synthesised } from '../support/synthesised.ts';
import { frozenGate } from '../support/templates/frozen.ts';
import { resolve } from '../support/templates/resolve.ts';

test.each(['dev', 'prod'] as const)(
  'what keeps data in %s has the id under which its data lies',
  async (name) => {
    const findings = await frozenGate(resolve(await synthesised(name)));

    expect(findings).toEqual([]);
  },
);
