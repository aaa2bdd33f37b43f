import * as z from 'zod';

/** What a synthesised CloudFormation template says of its resources; the rest of it does not cost anything. */
export const Template = z.object({
  Resources: z
    .record(
      z.string(),
      z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
    )
    .default({}),
});
export type Template = z.infer<typeof Template>;
export type Resource = Template['Resources'][string];

const GetAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const Ref = z.object({ Ref: z.string() });

/** The resource of the same template that a reference names, whatever of it is referred to. */
export function resourceAt({ Resources }: Template, reference: unknown): Resource | undefined {
  const id = GetAtt.safeParse(reference).data?.['Fn::GetAtt'][0] ?? Ref.safeParse(reference).data?.Ref;
  return id !== undefined && Object.hasOwn(Resources, id) ? Resources[id] : undefined;
}
