import { Rejected, Transient } from '@baton/functions/ports.ts';

/** What the person at the terminal can mend: said in words, without a stack. */
export class Refusal extends Error {
  override name = 'Refusal';
}

/** Runs a command; what it cannot do is one sentence on standard error and the exit code 1. */
export async function report(command: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await command()) ?? 0;
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof Refusal || error instanceof Rejected || error instanceof Transient) {
      process.stderr.write(`baton: ${error.message}\n`);
      return;
    }
    const reason =
      error instanceof Error ? (process.env.BATON_DEBUG ? error.stack : error.message) : String(error);
    process.stderr.write(
      `baton: something went wrong that should not: ${reason}\n(set BATON_DEBUG=1 for the place in the code)\n`,
    );
  }
}

/** Who reads what is printed may stop reading, as `head` does: then the rest is printed for nobody, and a host goes on. */
export function letReadersLeave(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}
