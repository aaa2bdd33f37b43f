import { soundLibrary } from './library.ts';
import { documentTests } from './validate.ts';

/** Runs the tests that documents carry, and lists each. */
export async function testCommand(
  folder: string | undefined,
  { quiet }: { quiet?: boolean },
): Promise<number> {
  const results = await documentTests(await soundLibrary(folder));
  for (const { document, name, passed, expected, got } of results) {
    if (passed && quiet) continue;
    process.stdout.write(`${passed ? 'passed' : 'FAILED'}  ${document}: ${name}\n`);
    if (!passed)
      process.stdout.write(
        `        expected ${JSON.stringify(expected)}\n        got      ${JSON.stringify(got)}\n`,
      );
  }
  const failed = results.filter(({ passed }) => !passed).length;
  process.stdout.write(`${results.length} tests, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
