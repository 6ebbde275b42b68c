/** `plumb`: every job of the program from a terminal or a script. */
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { describeError } from '../preload/contract/rpc.ts';
import { nearest } from './base/registry.ts';
import { type CommandContext, type CommandDefinition, UsageError, writeDocument } from './commands/command.ts';
import { commands } from './commands/index.ts';
import { createProgress } from './commands/progress.ts';
import { programVersion } from './host/version.ts';
import { resolveWorkspace } from './host/workspace.ts';

const here = import.meta.dirname;
const files = { worker: join(here, 'worker.cjs'), rendererDir: join(here, '../renderer') };

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
  for (const definition of commands.all) {
    const command = program.command(definition.id).description(definition.summary).exitOverride();
    command.configureOutput({ writeErr: () => undefined });
    definition.configure(command);
    addGlobalOptions(command);
    command.addHelpText('after', `\nExamples:\n${definition.examples.map((e) => `  ${e}`).join('\n')}`);
    command.action(async () => {
      done(await execute(definition, command.args, { ...program.opts(), ...command.opts() }));
    });
  }
  return program;
}

async function execute(
  definition: CommandDefinition,
  args: readonly string[],
  options: Record<string, unknown>,
): Promise<number> {
  const json = typeof options.json === 'string' ? options.json : undefined;
  const signal = stopSignal();
  let published = false;
  const progress = createProgress(options.quiet === true);
  const context: CommandContext = {
    workspace: resolveWorkspace(options.home as string | undefined),
    files,
    signal,
    progress: progress.update,
    say: progress.say,
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
    if (published) return signal.aborted && !definition.untilStopped ? 130 : 0;
    if (json) writeDocument(json, document);
    else if (definition.show) definition.show(document as never, context);
    else context.print(JSON.stringify(document, null, 2));
    return signal.aborted ? 130 : 0;
  } catch (error) {
    progress.finish();
    return fail(error, published ? undefined : json, signal.aborted);
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

/** 2 wrong usage · 3 bad input · 130 stopped by the user · 1 anything else. */
function exitCodeOf(error: unknown, aborted: boolean): number {
  if (aborted) return 130;
  const { exitCode, code } = (error ?? {}) as { exitCode?: unknown; code?: unknown };
  if (typeof exitCode === 'number') return exitCode;
  return ['bad_checkpoint', 'bad_tokenizer', 'unsupported_model', 'bad_dataset', 'bad_input'].includes(String(code))
    ? 3
    : 1;
}

function fail(error: unknown, json: string | undefined, aborted = false): number {
  const described = describeError(error);
  if (json) writeDocument(json, { error: described });
  process.stderr.write(`plumb: ${described.message}\n`);
  return exitCodeOf(error, aborted);
}

/** commander's own errors, with the nearest known name added. */
function explain(error: CommanderError, argv: readonly string[]): Error {
  if (error.code === 'commander.unknownCommand') {
    const word = /'([^']*)'/.exec(error.message)?.[1] ?? '';
    return new UsageError(
      `unknown command "${word}"; did you mean "${nearest(
        word,
        commands.all.map((c) => c.id),
      )}"?`,
    );
  }
  if (error.code === 'commander.unknownOption') {
    const word = /'([^']*)'/.exec(error.message)?.[1] ?? '';
    const command = argv.find((a) => commands.has(a));
    return new UsageError(`unknown option ${word}${command ? ` of ${command}` : ''}; ${optionHint(word, command)}`);
  }
  return new UsageError(error.message.replace(/^error: /, ''));
}

function optionHint(word: string, id: string | undefined): string {
  const probe = new Command();
  if (id) commands.get(id).configure(probe);
  addGlobalOptions(probe);
  return `did you mean ${nearest(
    word,
    probe.options.map((o) => o.long ?? ''),
  )}?`;
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
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0; // --help and --version
    const at = argv.indexOf('--json');
    return fail(explain(error, argv), at >= 0 ? argv[at + 1] : undefined);
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`plumb: ${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
