import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '@baton/rules/json.ts';
import { App, CloudFormationValidatePlugin } from 'aws-cdk-lib';
import { findingsInTemplate, type RawFinding } from './best-practice.ts';
import type { Finding, Gate } from './finding.ts';
import { stackName } from './resolve.ts';
import { isObject, type Part, parts, type Stage, type Template } from './template.ts';

/** What a tool finds in one template, as a file. */
type Tool = (file: string, stack: string) => Finding[];

const engine = new CloudFormationValidatePlugin();
const appConstruct = new App();

/** The validator of CloudFormation that comes with the CDK: resource schemas and the rules of cfn-lint. */
export const validate: Tool = (file, stack) =>
  engine
    .validate({
      appConstruct,
      templatePaths: [file],
      stackTemplates: [
        { stackConstructPath: stack, templatePath: file, accountId: undefined, region: undefined },
      ],
    })
    .violations.flatMap(({ ruleName, description, violatingResources }) =>
      violatingResources.map(({ resourceLogicalId = stack }) => ({
        rule: ruleName,
        at: resourceLogicalId,
        says: description,
      })),
    );

/** A template that the CDK cannot read at all is a case for the validator. */
const bestPractice: Tool = (file) =>
  readable(file).map(({ rule, at }) => ({ rule, at, says: 'see the rules of cdk-nag' }));

function readable(file: string): RawFinding[] {
  try {
    return findingsInTemplate(file);
  } catch {
    return [];
  }
}

/** A gate that shows changed templates to a tool and reports what it finds beyond what it found before the change. */
function gateOf(tool: Tool, good: Stage, written: (template: Template) => Json): Gate {
  const found = new Map<string, Finding[]>();
  const look = (template: Template, stack: string): Finding[] => {
    const text = JSON.stringify(written(template));
    const known = found.get(text);
    if (known) return known;
    const folder = mkdtempSync(join(tmpdir(), 'baton-template-'));
    const file = join(folder, `${stack}.template.json`);
    try {
      writeFileSync(file, text);
      const findings = tool(file, stack);
      found.set(text, findings);
      return findings;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const findingsOf = (stage: Stage, part: Part) => look(stage.templates[part], stackName(stage, part));
  return ({ stage }) =>
    parts.flatMap((part) => {
      const before = new Set(findingsOf(good, part).map(({ rule, at }) => `${rule} ${at}`));
      return findingsOf(stage, part).filter(({ rule, at }) => !before.has(`${rule} ${at}`));
    });
}

export const validatorGate = (good: Stage): Gate => gateOf(validate, good, (template) => json(template));

/**
 * cdk-nag on templates. What it finds in the good templates has been acknowledged with a reason, which another test holds
 * to account; here only what is new counts.
 */
export const bestPracticeGate = (good: Stage): Gate =>
  gateOf(bestPractice, good, ({ Resources, Outputs }) => withoutWeak(json({ Resources, Outputs })));

const json = (value: unknown): Json => JSON.parse(JSON.stringify(value));

/** The including module does not know weak references between stacks yet; to cdk-nag both are values from elsewhere. */
function withoutWeak(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutWeak);
  if (!isObject(value)) return value;
  const output = value['Fn::GetStackOutput'];
  if (isObject(output)) return { 'Fn::ImportValue': `${output.StackName}-${output.OutputName}` };
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutWeak(each)]));
}
