/** `plumb`: every job of the program from a terminal or a script. */
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { describeError } from '../preload/contract/rpc.ts';
import { alike, meant } from './base/registry.ts';
import { speakOfSchemas } from './base/schema-words.ts';
import {
  type CommandContext,
  type CommandDefinition,
  type CommandGroup,
  type CommandWords,
  isGroup,
  UsageError,
} from './commands/command.ts';
import { commands } from './commands/index.ts';
import { checkTarget, drained, tolerateClosedPipes, writeDocument } from './commands/output.ts';
import { createProgress } from './commands/progress.ts';
import { programVersion } from './host/version.ts';
import { resolveWorkspace } from './host/workspace.ts';

const here = import.meta.dirname;
const files = {
  worker: join(here, 'worker.cjs'),
  generator: join(here, 'generator.cjs'),
  rendererDir: join(here, '../renderer'),
};

/** Options that may stand before or after the command. */
function addGlobalOptions(command: Command): void {
  command
    .addOption(new Option('--home <dir>', "workspace folder (else PLUMB_HOME, else the platform's data folder)"))
    .addOption(new Option('--json <file>', 'write the result as one JSON document; - is standard output'))
    .addOption(new Option('--quiet', 'no progress on standard error'));
}

function buildProgram(done: (code: number) => void): Command {
  const program = new Command('plumb').description(
    'Plumbline: align small language models and compare how it was done.',
  );
  program.version(programVersion).exitOverride().showHelpAfterError(false);
  program.configureOutput({ writeErr: () => undefined });
  addGlobalOptions(program);
  for (const definition of commands.all)
    if (isGroup(definition)) addGroup(program, definition, done);
    else addCommand(program, definition, done);
  return program;
}

/** A word with its help, the global options and its examples; how to fail it inherits. */
function addWords(parent: Command, { id, summary, examples }: CommandWords): Command {
  const command = parent.command(id).description(summary);
  command.addHelpText('after', `\nExamples:\n${examples.map((e) => `  ${e}`).join('\n')}`);
  return command;
}

function addCommand(parent: Command, definition: CommandDefinition, done: (code: number) => void): void {
  const command = addWords(parent, definition);
  definition.configure(command);
  addGlobalOptions(command);
  command.action(async () => {
    done(await execute(definition, command.args, optionsOf(command)));
  });
}

function addGroup(parent: Command, group: CommandGroup, done: (code: number) => void): void {
  const command = addWords(parent, group);
  addGlobalOptions(command);
  for (const definition of group.subcommands) addCommand(command, definition, done);
  command.allowExcessArguments().action(async () => {
    const [word] = command.args;
    if (word !== undefined) throw unknownCommand(word, group.subcommands, group.id);
    done(await execute(group.bare, [], optionsOf(command)));
  });
}

/** Options of a command; global ones may also stand before it, and the last one given counts. */
const optionsOf = (command: Command): Record<string, unknown> => ({
  ...(command.parent ? optionsOf(command.parent) : {}),
  ...command.opts(),
});

async function execute(
  definition: CommandDefinition,
  args: readonly string[],
  options: Record<string, unknown>,
): Promise<number> {
  const json = typeof options.json === 'string' ? options.json : undefined;
  if (json !== undefined) checkTarget(json);
  // an empty name would be the folder that the program was started in
  if (options.home === '') throw new UsageError('--home needs a folder, and its name is empty');
  const signal = stopSignal();
  let published = false;
  const progress = createProgress(options.quiet === true);
  const context: CommandContext = {
    workspace: resolveWorkspace(options.home as string | undefined),
    files,
    signal,
    progress: progress.update,
    say: progress.say,
    keyboard: options.quiet !== true && process.stdin.isTTY && process.stderr.isTTY ? process.stdin : undefined,
    print: (text) => {
      if (json !== '-') process.stdout.write(`${text}\n`);
    },
    publish(document) {
      published = true;
      if (json) writeDocument(json, document);
    },
  };
  try {
    const document = await definition.run(args, options, context);
    progress.finish();
    const interrupted = signal.aborted && !definition.untilStopped;
    const code = interrupted ? 130 : (definition.exitCode?.(document as never) ?? 0);
    if (published) return code;
    if (json) writeDocument(json, document);
    else if (definition.show) definition.show(document as never, context);
    else context.print(JSON.stringify(document, null, 2));
    return code;
  } catch (error) {
    progress.finish();
    const reason = signal.aborted ? new StoppedError() : error;
    return fail(reason, published ? undefined : json);
  }
}

/** Aborted by the first Ctrl-C (or SIGTERM): the command saves and ends. The second one does not wait. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error('stopped by the user'));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  return controller.signal;
}

class StoppedError extends Error {
  readonly code = 'stopped';
  readonly exitCode = 130;
  constructor() {
    super('stopped by the user');
    this.name = 'StoppedError';
  }
}

/** Codes of errors that are the input's fault. */
const BAD_INPUT = [
  'bad_checkpoint',
  'bad_tokenizer',
  'unsupported_model',
  'bad_dataset',
  'bad_input',
  'not_found',
  'bad_store',
  'newer_store',
  'already_rated',
  'too_long',
  'wrong_head',
  'unsupported_adapter',
];

/** 2 wrong usage · 3 bad input · 130 stopped by the user · 1 anything else. */
function exitCodeOf(error: unknown): number {
  const { exitCode, code } = (error ?? {}) as { exitCode?: unknown; code?: unknown };
  if (typeof exitCode === 'number') return exitCode;
  return BAD_INPUT.includes(String(code)) ? 3 : 1;
}

function fail(error: unknown, json: string | undefined): number {
  const described = describeError(error);
  process.stderr.write(`plumb: ${described.message}\n`);
  if (json !== undefined) writeFailure(json, described);
  return exitCodeOf(error);
}

/** The failure is already told on standard error: a document that cannot be written is one more line there. */
function writeFailure(json: string, described: ReturnType<typeof describeError>): void {
  try {
    writeDocument(json, { error: described });
  } catch (error) {
    process.stderr.write(`plumb: ${json} cannot be written: ${error instanceof Error ? error.message : error}\n`);
  }
}

function unknownCommand(word: string, known: readonly CommandWords[], group?: string): UsageError {
  const of = group === undefined ? '' : `${group} `;
  const names = known.map((c) => of + c.id);
  return new UsageError(`unknown command "${of}${word}"${alike(of + word, names) || `; plumb ${of}--help lists them`}`);
}

type Words = CommandDefinition | CommandGroup;

/** The command that a call means, as deep as its words are known, and the first word that is not. */
function commandOf(argv: readonly string[]): { group?: CommandGroup; command?: CommandDefinition; word?: string } {
  const at = argv.findIndex((a) => commands.has(a));
  const found: Words | undefined = at < 0 ? undefined : commands.get(argv[at]);
  if (!found || !isGroup(found)) return { command: found };
  const word = argv.slice(at + 1).find((a) => !a.startsWith('-'));
  return { group: found, word, command: found.subcommands.find((c) => c.id === word) };
}

/** commander's own errors, with the nearest known name added. */
function explain(error: CommanderError, argv: readonly string[]): Error {
  const word = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  if (error.code === 'commander.unknownCommand') return unknownCommand(word, commands.all);
  // `plumb help NAME` of a name that is none
  if (error.code === 'commander.help')
    return argv[0] === 'help'
      ? unknownCommand(argv[1] ?? '', commands.all)
      : new UsageError('a command is missing; plumb --help lists them');
  if (error.code === 'commander.unknownOption') return unknownOption(word, argv);
  // a misspelt option is why the required one is missing
  const misspelt = error.code === 'commander.missingMandatoryOptionValue' && unknownIn(argv);
  if (misspelt) return unknownOption(misspelt, argv);
  return new UsageError(error.message.replace(/^error: /, ''));
}

const optionsKnownTo = (command: CommandDefinition | undefined): string[] => {
  const probe = new Command();
  command?.configure(probe);
  addGlobalOptions(probe);
  return [...probe.options.map((o) => o.long ?? ''), '--help'];
};

/** The first long option of a call that its command does not know. */
function unknownIn(argv: readonly string[]): string | undefined {
  const known = optionsKnownTo(commandOf(argv).command);
  const end = argv.indexOf('--');
  const names = argv.slice(0, end < 0 ? undefined : end).filter((a) => a.startsWith('--'));
  return names.map((a) => a.replace(/=.*$/s, '')).find((name) => !known.includes(name));
}

function unknownOption(option: string, argv: readonly string[]): UsageError {
  const { group, command, word } = commandOf(argv);
  if (group && !command && word !== undefined) return unknownCommand(word, group.subcommands, group.id);
  const name = [group?.id, command?.id].filter((w) => w !== undefined).join(' ');
  const of = name === '' ? '' : ` of ${name}`;
  return new UsageError(`unknown option ${option}${of}${meant(option, optionsKnownTo(command), '')}`);
}

/** Where --json points, before commander has understood the call. */
function jsonTarget(argv: readonly string[]): string | undefined {
  const joined = argv.find((a) => a.startsWith('--json='));
  if (joined !== undefined) return joined.slice('--json='.length);
  const at = argv.indexOf('--json');
  return at < 0 ? undefined : argv[at + 1];
}

async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = buildProgram((result) => {
    code = result;
  });
  if (argv.length === 0) {
    process.stdout.write(program.helpInformation());
    return 0;
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return fail(error, jsonTarget(argv));
    if (error.exitCode === 0) return 0; // --help and --version
    return fail(explain(error, argv), jsonTarget(argv));
  }
}

speakOfSchemas();
tolerateClosedPipes();
main(process.argv.slice(2)).then(
  async (code) => {
    await drained();
    process.exit(code);
  },
  (error) => {
    process.stderr.write(`plumb: ${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
