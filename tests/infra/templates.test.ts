import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checksOf, copyOf, synthesised, templateFile } from '../support/synthesised.ts';
import { emittersIn } from '../support/templates/emitters.ts';
import { gatesOf } from '../support/templates/gates.ts';
import { rolesOf } from '../support/templates/policies.ts';
import { hidingFactors, physicalNames } from '../support/templates/project-rules.ts';
import { resolve, stackName } from '../support/templates/resolve.ts';
import { questionsFor } from '../support/templates/simulation.ts';
import { parts } from '../support/templates/template.ts';
import { validate } from '../support/templates/validator.ts';

const stages = ['dev', 'prod'] as const;

test.each(stages)('no gate finds anything in the templates of %s', async (name) => {
  const stage = await synthesised(name);
  const gates = gatesOf(stage, emittersIn(join(copyOf(name), 'dist/functions')));

  const findings: Record<string, unknown> = {};
  for (const [gate, look] of Object.entries(gates)) findings[gate] = await look(resolve(stage));

  expect(findings).toEqual(Object.fromEntries(Object.keys(gates).map((gate) => [gate, []])));
});

test.each(stages)('the validator of CloudFormation finds nothing in the templates of %s', async (name) => {
  const stage = await synthesised(name);

  const findings = parts.flatMap((part) => validate(templateFile(name, part), stackName(stage, part)));

  expect(findings).toEqual([]);
});

test.each(stages)(
  'every finding of cdk-nag in %s is accepted with a sentence, and nothing else is',
  (name) => {
    const { findings, acknowledgements } = checksOf(name);
    const covers = (accepted: { rule: string; at: string }, found: { rule: string; at: string }) =>
      accepted.rule === found.rule && `${found.at}/`.startsWith(`${accepted.at}/`);

    const open = findings.filter((found) => !acknowledgements.some((each) => covers(each, found)));
    const idle = acknowledgements.filter((each) => !findings.some((found) => covers(each, found)));
    const mute = acknowledgements.filter(({ reason }) => reason.trim().split(/\s+/).length < 5);

    expect({ open, idle, mute }).toEqual({ open: [], idle: [], mute: [] });
    expect(findings.length).toBeGreaterThan(50);
  },
);

test('both stages fit into one account', async () => {
  const [dev = [], prod = []] = await Promise.all(
    stages.map(async (name) => physicalNames(resolve(await synthesised(name)))),
  );

  expect(dev.filter((name) => prod.includes(name))).toEqual([]);
  expect(dev.length).toBeGreaterThan(40);
});

test('the simulator of IAM is asked what each role may and may not do', async () => {
  const deployed = resolve(await synthesised('dev'));
  const questions = questionsFor(deployed);
  const asked = new Set(questions.map(({ who }) => who));

  expect(questions.filter(({ answer }) => answer === 'may').length).toBeGreaterThanOrEqual(40);
  expect(questions.filter(({ answer }) => answer === 'may not').length).toBeGreaterThanOrEqual(40);
  expect(asked.size).toBe(rolesOf(deployed).length);
});

test('a message is hidden for at least as long as its consumer may run', async () => {
  const factors = hidingFactors(resolve(await synthesised('dev')));

  console.log(
    `a message is hidden for this many times its consumer's timeout (AWS recommends 6): ${JSON.stringify(factors)}`,
  );
  for (const factor of Object.values(factors)) expect(factor).toBeGreaterThanOrEqual(1);
});
