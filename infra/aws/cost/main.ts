import { Command, InvalidArgumentError } from 'commander';
import { letReadersLeave, Refusal, report } from '../../local/cli/failure.ts';
import { soundLibrary } from '../../local/cli/library.ts';
import { costOf } from './cost-of.ts';
import { type Prices, readPrices, shippedPrices } from './prices.ts';
import { printCost } from './print-cost.ts';
import { readTemplates } from './read-templates.ts';
import { NotCalculated } from './resource-types.ts';

const contacts = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1e12)
    throw new InvalidArgumentError('must be a whole number from 1 on');
  return value;
};

type Options = { contacts: number; templates: string; prices: string; library?: string; json?: boolean };

async function costCommand({ contacts, templates, prices: file, library, json }: Options): Promise<number> {
  const prices = pricesIn(file);
  const documents = await soundLibrary(library);
  try {
    const cost = costOf({ templates: readTemplates(templates), library: documents, prices, contacts });
    process.stdout.write(json ? `${JSON.stringify(cost, undefined, 2)}\n` : printCost(cost, prices));
    return 0;
  } catch (error) {
    if (error instanceof NotCalculated) throw new Refusal(error.message);
    throw error;
  }
}

function pricesIn(file: string): Prices {
  try {
    return readPrices(file);
  } catch (error) {
    throw new Refusal(
      `${file} holds no prices: ${error instanceof Error ? error.message : String(error)}; take a copy of infra/aws/prices.json`,
    );
  }
}

const program = new Command('cost')
  .description('What the stacks cost while idle, and what contacts cost in each journey.')
  .option('--contacts <number>', 'how many contacts go through each journey', contacts, 1_000_000)
  .option('--templates <folder>', 'folder of synthesised templates', 'cdk.out')
  .option('--prices <file>', 'list prices of a region', shippedPrices)
  .option('--library <folder>', 'documents to calculate; default: those that ship')
  .option('--json', 'print JSON')
  .action((options: Options) => report(() => costCommand(options)));

letReadersLeave();
await program.parseAsync();
