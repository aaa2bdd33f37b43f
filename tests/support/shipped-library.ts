import { join } from 'node:path';
import { loadLibrary } from '@baton/functions/library/load.ts';
import type { Library } from '@baton/rules/documents/index.ts';

export const shippedLibrary = async (): Promise<Library> =>
  (await loadLibrary(join(import.meta.dirname, '../../rules/library'))).library;
