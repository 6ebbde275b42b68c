/** `plumb models export`: a model as a folder that other programs load. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { alike } from '../../base/registry.ts';
import type { ExportType } from '../../exports/export-format.ts';
import type { CardOrigin } from '../../host/model-origin.ts';
import { type CommandContext, defineCommand, InputError, UsageError } from '../command.ts';
import { addAdapterOption, modelPath } from '../model-options.ts';

/** Checked against the registry, which is loaded only when the command runs. */
const FORMATS = ['hf', 'peft', 'onnx', 'gguf'];
const TYPES: readonly ExportType[] = ['f32', 'f16', 'bf16', 'q8_0'];

/** The option's value, which must be one of a few. */
function oneOf<T extends string>(value: unknown, option: string, known: readonly T[]): T {
  const word = String(value);
  const found = known.find((name) => name === word);
  if (found !== undefined) return found;
  throw new UsageError(`${option} ${word} is not known${alike(word, known, '') || ';'} Known: ${known.join(', ')}`);
}

/** A folder that holds something would lose it. */
export function checkEmpty(out: string): void {
  const found = statSync(out, { throwIfNoEntry: false });
  if (found && (!found.isDirectory() || readdirSync(out).length > 0))
    throw new InputError(`${out} exists already; a new or an empty folder was expected`);
}

const NOTHING_KNOWN: CardOrigin = { run: null, base: null, basePath: null };

async function originOf(name: string, path: string, { workspace }: CommandContext): Promise<CardOrigin> {
  if (!existsSync(workspace.database)) return NOTHING_KNOWN;
  const { openReadable } = await import('../../data/store/open.ts');
  const { cardOrigin } = await import('../../host/model-origin.ts');
  const store = openReadable(workspace.database);
  try {
    return cardOrigin(store, workspace, name, path);
  } finally {
    store.close();
  }
}

export const exportModel = defineCommand({
  id: 'export',
  summary:
    'Write a model, its adapter merged, as a Hugging Face folder, ONNX for transformers.js or GGUF for llama.cpp; or the adapter alone, as PEFT has it.',
  examples: [
    'plumb models export my-run --format hf --out ./my-model',
    'plumb models export ./base --adapter ./my-adapter --format hf --out ./merged',
    'plumb models export my-run --format gguf --dtype q8_0 --out ./my-model-gguf',
    'plumb models export stories260K.bin --tokenizer tok512.bin --format onnx --out ./stories',
  ],
  configure(command) {
    command
      .argument('<path>', 'Hugging Face folder, GGUF file, llama2.c .bin, or the name of a model in the workspace')
      .requiredOption('--format <format>', FORMATS.join(', '))
      .requiredOption('--out <folder>', 'a new or an empty folder')
      .option('--dtype <type>', `${TYPES.join(', ')} (default: as the model has it; gguf: f16)`)
      .option('--tokenizer <file>', 'tokenizer of a llama2.c model');
    addAdapterOption(command);
  },
  async run([name], options, context) {
    const format = oneOf(options.format, '--format', FORMATS);
    const type = options.dtype === undefined ? undefined : oneOf(options.dtype, '--dtype', TYPES);
    const { exportFormats } = await import('../../exports/index.ts');
    const { exportModel, exportSource } = await import('../../exports/export-model.ts');
    const path = await modelPath(name, context);
    const out = resolve(String(options.out));
    checkEmpty(out);
    const source = exportSource(path, {
      tokenizer: options.tokenizer === undefined ? undefined : String(options.tokenizer),
      adapter: options.adapter === undefined ? undefined : await modelPath(options.adapter, context),
      name: path === name ? undefined : name,
    });
    const files = await exportModel(source, {
      format: exportFormats.get(format),
      type,
      out,
      ...(await originOf(name, path, context)),
      signal: context.signal,
      onProgress: (done, total) => context.progress(done, total, 'bytes'),
      note: (text) => context.say(text),
    });
    return { files };
  },
  show({ files }: { files: readonly string[] }, { print }) {
    for (const file of files) print(file);
  },
});
