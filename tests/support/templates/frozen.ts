import type { Finding, Gate } from './finding.ts';
import type { Deployed } from './resolve.ts';

/**
 * What keeps data, by stack and logical id, with the name it has in the account (or `by CloudFormation`, which makes one
 * from both). CloudFormation knows a resource by its logical id alone. Under another id, or another name, it makes a new and
 * empty table, pool or bucket and takes the old one away: in dev its content is gone, in prod it is retained but
 * nothing looks at it any more, and it comes back only by `cdk import` under the id that is written here. Moving a
 * construct or renaming one above it changes the id as well.
 */
const frozen: Record<'dev' | 'prod', Record<string, string>> = {
  dev: {
    'Baton-dev-Data/TablesCore90572085': 'by CloudFormation',
    'Baton-dev-Data/TablesDesignBE75E38B': 'by CloudFormation',
    'Baton-dev-Data/TablesGuardA3FF8249': 'by CloudFormation',
    'Baton-dev-Data/PeoplePoolC64A4D1E': 'baton-dev',
    'Baton-dev-Edge/SiteBucket978D4AEB': 'by CloudFormation',
  },
  prod: {
    'Baton-prod-Data/TablesCore90572085': 'by CloudFormation',
    'Baton-prod-Data/TablesDesignBE75E38B': 'by CloudFormation',
    'Baton-prod-Data/TablesGuardA3FF8249': 'by CloudFormation',
    'Baton-prod-Data/TablesKeyD3984C03': 'by CloudFormation',
    'Baton-prod-Data/PeoplePoolC64A4D1E': 'baton-prod',
    'Baton-prod-Edge/SiteBucket978D4AEB': 'by CloudFormation',
  },
};

const nameOf: Record<string, string> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::KMS::Key': 'none',
  'AWS::Cognito::UserPool': 'UserPoolName',
  'AWS::S3::Bucket': 'BucketName',
};

/** Everything in a stage that keeps data, in the form in which it is written down. */
export const keepers = ({ stage: { stage }, resources }: Deployed): Record<string, string> =>
  Object.fromEntries(
    resources.flatMap(({ part, id, type, properties }) => {
      const property = nameOf[type];
      return property === undefined
        ? []
        : [[`Baton-${stage}-${part}/${id}`, String(properties[property] ?? 'by CloudFormation')]];
    }),
  );

export const frozenGate: Gate = (deployed) => {
  const found = keepers(deployed);
  const wanted = frozen[deployed.stage.stage];
  return [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
    .filter((id) => wanted[id] !== found[id])
    .map(
      (id): Finding => ({ rule: 'frozen', at: id, says: `written down: ${wanted[id]}; found: ${found[id]}` }),
    );
};
