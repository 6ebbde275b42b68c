/** Options that every command about a model shares. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from './command.ts';
import { UsageError } from './command.ts';

export function addModelOptions(command: Command, required = true): void {
  const text = 'Hugging Face folder, llama2.c .bin, or the name of a model in the workspace';
  if (required) command.requiredOption('--model <path>', text);
  else command.option('--model <path>', text);
  command.option('--tokenizer <file>', 'tokenizer.json, or the tokenizer of a llama2.c model');
}

/** A path as it is, or the folder of a workspace model of that name. */
export function modelPath(name: unknown, { workspace }: CommandContext): string {
  if (typeof name !== 'string') throw new UsageError('--model is missing');
  if (existsSync(name)) return name;
  const inWorkspace = join(workspace.models, name);
  return /^[\w.-]+$/.test(name) && existsSync(inWorkspace) ? inWorkspace : name;
}
