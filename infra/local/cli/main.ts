import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { doctorHelp } from '../../aws/doctor/actions.ts';
import { letReadersLeave, report } from './failure.ts';

/** A third of a start is reading source code. What Node makes of it is kept, in a folder of the project and not in one of all users. */
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/baton'));

const program = new Command('baton')
  .description('Operational-CRM automation that a company owns.')
  .showHelpAfterError();

const number = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('must be a whole number from 0 to 65535');
  return value;
};
const count = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000)
    throw new InvalidArgumentError('must be a whole number from 1 to 1000');
  return value;
};
const contacts = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1e9)
    throw new InvalidArgumentError('must be a whole number from 1 to 1000000000');
  return value;
};

const origin = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || `${url.origin}/` !== url.href)
    throw new InvalidArgumentError('must be an address without a path, for example https://crm.example.com');
  return url.origin;
};

program
  .command('start')
  .description('Start the local host and print the URL of the designer.')
  .option('--data <folder>', 'data folder', '.baton')
  .option('--port <number>', 'port on this machine; 0 takes any free one', number, 4400)
  .option('--library <folder>', 'documents to publish at start')
  .option('--public-url <url>', 'where links in messages lead, if not to this machine', origin)
  .option('--empty', 'start without the made-up company')
  .addOption(
    new Option(
      '--smtp <url>',
      'send mail by this server: smtp://user@host:587; password in BATON_SMTP_PASSWORD',
    ).env('BATON_SMTP'),
  )
  .addOption(
    new Option('--from <sender>', 'sender of mail, for example "Shop <news@example.com>"').env('BATON_FROM'),
  )
  .addOption(
    new Option(
      '--webhook <url>',
      'post webhooks and push messages there, signed; secret in BATON_WEBHOOK_SECRET',
    ).env('BATON_WEBHOOK'),
  )
  .action((options) => report(async () => (await import('./start.ts')).startCommand(options)));

program
  .command('import')
  .description('Read contacts or events from a CSV or JSONL file.')
  .argument('<kind>', 'contacts or events')
  .argument('<file>')
  .option('--map <file>', 'mapping document')
  .option('--data <folder>', 'data folder (default: .baton, with --replay .baton-replay)')
  .option('--library <folder>', 'documents whose event catalogue applies')
  .option('--replay', 'keep the events for "baton replay" instead of recording them as history')
  .action((kind, file, options) =>
    report(async () =>
      (await import('./import-command.ts')).importInto(kind, file, {
        data: options.replay ? '.baton-replay' : '.baton',
        ...options,
      }),
    ),
  );

program
  .command('replay')
  .description('Play imported events in time order on a virtual clock through the whole system.')
  .argument('[plan]', 'replay plan: which files are imported with which mapping')
  .option('--files <folder>', "folder of the files that the plan names; default: the plan's own")
  .option('--data <folder>', 'data folder of the replay', '.baton-replay')
  .option('--library <folder>', 'documents to replay with')
  .option('--until <instant>', 'let time run on until here after the last event')
  .option(
    '--window <span>',
    'deliver the events of one span together, for example P1D; "all" for everything at once',
  )
  .option('--times <number>', 'deliver every event this many times', count, 1)
  .option('--shuffle <seed>', 'deliver in random order inside a window')
  .option('--json', 'print the summary as JSON')
  .action((plan, options) => report(async () => (await import('./replay.ts')).replayCommand(plan, options)));

program
  .command('validate')
  .description('Check documents: schema, references, reachability, and their own tests.')
  .argument('[folder]', 'library folder')
  .action((folder) => report(async () => (await import('./validate.ts')).validateCommand(folder)));

program
  .command('push')
  .description('Publish the documents of a folder to a running host, here or on AWS.')
  .requiredOption('--to <url>', 'URL that "baton start" prints, or ApiUrl of the stack')
  .option('--library <folder>', 'documents to publish; default: those that ship with Baton')
  .option('--dry-run', 'say what would change, and send nothing')
  .option('--retire', 'retire without asking what is live and not in the folder')
  .action((options) => report(async () => (await import('./push.ts')).pushCommand(options)));

program
  .command('pull')
  .description('Write what is live at a host into a folder, a file for each document.')
  .option('--from <url>', 'URL of a host, here or on AWS; default: the host that runs on the data folder')
  .option('--library <folder>', 'where the files go', 'library')
  .option('--data <folder>', 'data folder', '.baton')
  .action((options) => report(async () => (await import('./pull.ts')).pullCommand(options)));

program
  .command('diff')
  .description('Say in which places the documents of a folder differ from what is live at a host.')
  .option('--to <url>', 'URL of a host, here or on AWS; default: the host that runs on the data folder')
  .option('--library <folder>', 'documents to compare', 'library')
  .option('--data <folder>', 'data folder', '.baton')
  .action((options) => report(async () => (await import('./diff.ts')).diffCommand(options)));

program
  .command('publish')
  .description('Publish approved drafts of the host that runs on a data folder: those named, or all.')
  .argument('[documents...]', 'documents, as kind/id')
  .option('--at <instant>', 'when they go live; default: now')
  .option('--data <folder>', 'data folder', '.baton')
  .action((documents, options) =>
    report(async () => (await import('./publish.ts')).publishCommand(documents, options)),
  );

program
  .command('rollback')
  .description('Make an earlier version of a document live again.')
  .argument('<document>', 'as kind/id')
  .requiredOption('--to <version>', 'number of the version')
  .requiredOption('--reason <text>', 'why; it is kept with the version')
  .option('--data <folder>', 'data folder', '.baton')
  .action((document, options) =>
    report(async () => (await import('./publish.ts')).rollbackCommand(document, options)),
  );

program
  .command('test')
  .description('Run the tests that documents carry.')
  .argument('[folder]', 'library folder')
  .option('--quiet', 'list failures only')
  .action((folder, options) => report(async () => (await import('./test.ts')).testCommand(folder, options)));

program
  .command('simulate')
  .description('Walk one contact through a journey on a virtual clock and print the trace.')
  .argument('<journey>')
  .requiredOption('--events <file>', 'JSONL or JSON with { at, type, data } entries')
  .option('--library <folder>', 'library folder')
  .action((journey, options) =>
    report(async () => (await import('./simulate.ts')).simulateCommand(journey, options)),
  );

program
  .command('journey')
  .description('Pause, resume or stop a journey of the host that runs on a data folder.')
  .argument('<change>', 'pause, resume or stop')
  .argument('<journey>', 'id of the journey')
  .requiredOption('--reason <text>', 'why; it is kept with the change')
  .option('--data <folder>', 'data folder', '.baton')
  .action((change, journey, options) =>
    report(async () => (await import('./journey.ts')).journeyCommand(change, journey, options)),
  );

program
  .command('link')
  .description('Print a link that signs one browser in, once, at the host that runs on a data folder.')
  .option('--person <id>', 'who signs in', 'owner')
  .option('--data <folder>', 'data folder', '.baton')
  .action((options) => report(async () => (await import('./link.ts')).linkCommand(options)));

program
  .command('write-key')
  .description(
    'Print the write key that Segment clients must show from then on; it is made where there is none.',
  )
  .option('--renew', 'make another in its place')
  .option('--data <folder>', 'data folder', '.baton')
  .action((options) => report(async () => (await import('./write-key.ts')).writeKeyCommand(options)));

program
  .command('status')
  .description('Show what a data folder holds and whether a host is running on it.')
  .option('--data <folder>', 'data folder', '.baton')
  .option('--json', 'print JSON')
  .action((options) => report(async () => (await import('./status.ts')).statusCommand(options)));

program
  .command('doctor')
  .description('Look over the AWS account to deploy to, reading only, and say what to ask AWS for.')
  .option('--region <region>', 'default: AWS_REGION or the region of the profile')
  .option('--stage <stage>', 'dev or prod', 'dev')
  .option('--from <address>', 'who sends the mail')
  .option('--contacts <number>', 'size of the largest campaign', contacts, 100_000)
  .option('--json', 'print JSON')
  .addHelpText('after', doctorHelp)
  .action((options) =>
    report(async () => (await import('../../aws/doctor/command.ts')).doctorCommand(options)),
  );

letReadersLeave();
await program.parseAsync();
