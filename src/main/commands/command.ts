/** What a command is: its words, its examples, and a function from options to a JSON document. */
import type { Command as Commander } from 'commander';
import type { ProgramFiles } from '../host/serve.ts';
import type { Workspace } from '../host/workspace.ts';

/** A mistake in how the program was called: exit code 2. */
export class UsageError extends Error {
  readonly code = 'usage';
  readonly exitCode = 2;
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A file that cannot be used: exit code 3. */
export class InputError extends Error {
  readonly code: string;
  readonly exitCode = 3;
  readonly details: unknown;
  constructor(message: string, options: { code?: string; details?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'InputError';
    this.code = options.code ?? 'bad_input';
    this.details = options.details;
  }
}

export interface CommandContext {
  readonly workspace: Workspace;
  /** What the build left beside this program. */
  readonly files: ProgramFiles;
  /** Aborted by the first Ctrl-C; a second one ends the program at once. */
  readonly signal: AbortSignal;
  /** Progress on standard error: a bar on a terminal, lines in a pipe, nothing with --quiet. */
  progress(done: number, total: number, what: string, secondsLeft?: number | null): void;
  /** A line on standard error, unless --quiet. */
  say(text: string): void;
  /** A line for people on standard output; nothing with --json -, which then holds the document alone. */
  print(text: string): void;
  /** Where single keys come from; absent in a pipe and with --quiet. */
  readonly keyboard?: NodeJS.ReadStream;
  /** The result of a command that goes on after it: written for --json at once, and nothing follows it. */
  publish(document: unknown): void;
}

export interface CommandWords {
  readonly id: string;
  readonly summary: string;
  readonly examples: readonly string[];
}

export interface CommandDefinition extends CommandWords {
  /** Being stopped is how it ends, not an interruption. */
  readonly untilStopped?: boolean;
  /** Adds arguments and options. */
  configure(command: Commander): void;
  /** `options` are commander's; the result is the JSON document, printed for people by `show`. */
  run(args: readonly string[], options: Readonly<Record<string, unknown>>, context: CommandContext): Promise<unknown>;
  /** Of a document that tells of less than success; 0 without it. */
  exitCode?(document: never): number;
  /** What people see instead of the document. */
  show?(document: never, context: CommandContext): void;
}

export const defineCommand = (definition: CommandDefinition): CommandDefinition => definition;

/** Commands under one word: `plumb datasets list`. */
export interface CommandGroup extends CommandWords {
  readonly subcommands: readonly CommandDefinition[];
  /** What the bare word does; one of the subcommands, and it needs no arguments. */
  readonly bare: CommandDefinition;
}

export const isGroup = (command: CommandDefinition | CommandGroup): command is CommandGroup => 'subcommands' in command;

/** A whole number given as an option. */
export function wholeNumber(value: unknown, option: string, lowest: number, highest: number): number {
  const number = Number(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value) && number >= lowest && number <= highest) return number;
  throw new UsageError(`${option} must be a whole number from ${lowest} to ${highest}, found "${value}"`);
}
