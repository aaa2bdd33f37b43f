import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import * as z from 'zod';

/** What a best-practice check says, and of which construct. */
export type RawFinding = { rule: string; at: string };

/** Everything that cdk-nag finds below a construct, whether somebody has accepted it or not. */
export function rawFindings(scope: IConstruct): RawFinding[] {
  return [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap((pack) =>
    blind(pack)
      .validateScope(scope)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath = '' }) => ({ rule: ruleName, at: constructPath })),
      ),
  );
}

/** The pack, unable to see what was acknowledged. */
function blind(pack: NagPack): NagPack {
  Object.defineProperty(pack, 'isAcknowledged', { value: () => false });
  return pack;
}

const Reasons = z.record(z.string(), z.string());

export type Acknowledgement = RawFinding & { reason: string };

/** Every acknowledgement below a construct, with the path of the construct at which it stands. */
export function acknowledgementsIn(scope: IConstruct): Acknowledgement[] {
  return scope.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(Reasons.parse(data)))
      .map(([id, reason]) => ({ at: construct.node.path, rule: id.replace(/^annotation::/i, ''), reason })),
  );
}

/** What cdk-nag finds in a template by itself, by logical id; acknowledgements are no part of a template. */
export function findingsInTemplate(file: string): RawFinding[] {
  const stack = new Stack(new App(), 'Template');
  const included = new CfnInclude(stack, 'Included', { templateFile: file });
  return rawFindings(included).map(({ rule, at }) => ({ rule, at: at.split('/').at(-1) ?? at }));
}
