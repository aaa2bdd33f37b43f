/** The IAM actions that the doctor needs, all of them reading. `sts:GetCallerIdentity` needs no permission. */
export const doctorActions = [
  'sts:GetCallerIdentity',
  'ssm:GetParameter',
  'servicequotas:ListServiceQuotas',
  'servicequotas:ListAWSDefaultServiceQuotas',
  'ses:GetAccount',
  'ses:GetEmailIdentity',
] as const;
export type DoctorAction = (typeof doctorActions)[number];

export const doctorHelp = `
Reads only. It needs these IAM actions; where one is denied, that check is unknown and the others go on:
${doctorActions.map((action) => `  ${action}`).join('\n')}

Exit code: 0 nothing fails, 1 something fails, 2 it cannot run (no credentials, no region).
`;
