/** Options that every command about a model shares. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { meant } from '../base/registry.ts';
import { builtInModelFolder, builtInModels } from '../data/built-in-models.ts';
import type { LoadedModel, LoadOptions } from '../train/load-model.ts';
import type { CommandContext } from './command.ts';
import { InputError, UsageError } from './command.ts';

export function addModelOptions(command: Command, required = true): void {
  const text =
    'Hugging Face folder, GGUF file, llama2.c .bin, or the name of a model in the workspace or a built-in one';
  if (required) command.requiredOption('--model <path>', text);
  else command.option('--model <path>', text);
  command.option('--tokenizer <file>', 'tokenizer.json, or the tokenizer of a llama2.c model');
}

/** `--adapter`, for commands that compute with a model. */
export const addAdapterOption = (command: Command): Command =>
  command.option('--adapter <folder>', 'PEFT adapter of the model, or the name of one in the workspace');

/** The model that a command's options name, its adapter beside it. */
export async function openModel(
  { model, tokenizer, adapter }: Readonly<Record<string, unknown>>,
  context: CommandContext,
  head: LoadOptions['head'] = 'language',
  quantise?: LoadOptions['quantise'],
): Promise<LoadedModel> {
  const { loadModel } = await import('../train/load-model.ts');
  return loadModel(await modelPath(model, context), {
    head,
    quantise,
    tokenizer: tokenizer === undefined ? undefined : String(tokenizer),
    adapter: adapter === undefined ? undefined : await modelPath(adapter, context),
  });
}

/** A path as it is, else the folder of the workspace's model of that name, else a built-in one; throws InputError when it is none of them. */
export async function modelPath(name: unknown, { workspace }: CommandContext): Promise<string> {
  if (typeof name !== 'string') throw new UsageError('--model is missing');
  if (existsSync(name)) return name;
  const inWorkspace = join(workspace.models, name);
  if (/^\w[\w.-]*$/.test(name) && existsSync(inWorkspace)) return inWorkspace;
  const known = existsSync(workspace.database) ? await registered(name, workspace) : [];
  if (typeof known === 'string') return known;
  const builtIn = builtInModelFolder(name);
  if (builtIn !== undefined) return builtIn;
  const all = [...known, ...builtInModels()];
  const hint = meant(name, all);
  throw new InputError(`${name}: there is no such file or folder, and no model of that name in the workspace${hint}`);
}

/** The folder of a model of the registry (a run's lies elsewhere), else the names that are there. */
async function registered(name: string, workspace: CommandContext['workspace']): Promise<string | readonly string[]> {
  const { openReadable } = await import('../data/store/open.ts');
  const { listModels } = await import('../data/store/models.ts');
  const store = openReadable(workspace.database);
  try {
    const models = listModels(store);
    const found = models.find((model) => model.name === name);
    return found ? join(workspace.models, found.folder) : models.map((model) => model.name);
  } finally {
    store.close();
  }
}
