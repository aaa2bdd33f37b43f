import { buildDesigner } from '../designer.ts';
import { soundLibrary } from '../local/cli/library.ts';
import { bundleFunctions } from './bundle.ts';
import { batonApp } from './stacks.ts';

/** What `cdk` runs: nothing is synthesised from documents with errors, an old designer or old bundles. */
try {
  await soundLibrary();
  await buildDesigner();
  await bundleFunctions();
  batonApp().synth();
} catch (error) {
  process.stderr.write(`baton: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
