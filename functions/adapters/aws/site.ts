import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import {
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Rejected, Transient } from '../../ports.ts';
import { contentType } from '../content-types.ts';

type Bucket = { client: Pick<S3Client, 'send'>; bucket: string };

/**
 * Puts the designer's files into the bucket and removes what is no longer among them. The page that names the others comes
 * last, and former files go after it, so that whoever opens the designer meanwhile gets one whole version.
 */
export async function putSite({ client, bucket }: Bucket, folder: string): Promise<number> {
  const names = await filesIn(folder);
  if (!names.includes('index.html')) throw new Rejected(`${folder} holds no index.html; run "npm run build"`);
  for (const name of [...names.filter((each) => each !== 'index.html'), 'index.html'])
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: name,
        Body: await readFile(join(folder, name)),
        ContentType: contentType(name),
        CacheControl: name.startsWith('_app/immutable/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      }),
    );
  const present = new Set(names);
  await removeWhere({ client, bucket }, (key) => !present.has(key));
  return names.length;
}

/** Empties the bucket, because CloudFormation deletes only an empty one. One that is gone is empty. */
export async function emptySite(site: Bucket): Promise<void> {
  try {
    await removeWhere(site, () => true);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NoSuchBucket')) throw error;
  }
}

async function removeWhere({ client, bucket }: Bucket, goes: (key: string) => boolean): Promise<void> {
  let token: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
    const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key !== undefined && goes(Key) ? [Key] : []));
    if (keys.length > 0) await remove({ client, bucket }, keys);
    token = page.NextContinuationToken;
  } while (token);
}

/** The call succeeds also where single files could not be deleted. */
async function remove({ client, bucket }: Bucket, keys: readonly string[]): Promise<void> {
  const Objects = keys.map((Key) => ({ Key }));
  const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
  const [failed, ...others] = (await client.send(command)).Errors ?? [];
  if (failed)
    throw new Transient(
      `${failed.Key} and ${others.length} other files stay in ${bucket} (${failed.Code}); deploy again`,
    );
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'))
    .sort();
}
