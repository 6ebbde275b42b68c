/** `plumb models export`: a model as a folder that other programs load. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nearest } from '../../base/registry.ts';
import { type CommandContext, defineCommand, InputError, UsageError } from '../command.ts';
import { addAdapterOption, modelPath, openModel } from '../model-options.ts';

const FORMATS = ['hf', 'peft'];
const TYPES = ['f32'];

/** The option's value, which must be one of a few. */
function oneOf(value: unknown, option: string, known: readonly string[]): string {
  const word = String(value);
  if (known.includes(word)) return word;
  throw new UsageError(
    `${option} ${word} is not known; did you mean ${nearest(word, known)}? Known: ${known.join(', ')}`,
  );
}

/** A folder that holds something would lose it. */
function checkEmpty(out: string): void {
  const found = statSync(out, { throwIfNoEntry: false });
  if (found && (!found.isDirectory() || readdirSync(out).length > 0))
    throw new InputError(`${out} exists already; a new or an empty folder was expected`);
}

/** A model with an adapter: merged into the weights, or the adapter alone. */
async function writeAdapted(options: Readonly<Record<string, unknown>>, context: CommandContext, folder: string) {
  const { mergeAdapter } = await import('../../engine/adapters/lora.ts');
  const { writeModel } = await import('../../train/checkpoint.ts');
  const loaded = await openModel(options, context, 'any');
  if (!loaded.model.adapter)
    throw new InputError(`${String(options.model)} has no adapter: --format peft needs one, name it with --adapter`);
  writeModel(folder, options.format === 'peft' ? loaded : { ...loaded, model: mergeAdapter(loaded.model) });
}

export const exportModel = defineCommand({
  id: 'export',
  summary: 'Write a model as a Hugging Face folder, its adapter merged, or the adapter alone as PEFT has it.',
  examples: [
    'plumb models export my-run --format hf --out ./my-model',
    'plumb models export ./base --adapter ./my-adapter --format hf --out ./merged',
    'plumb models export stories260K.bin --tokenizer tok512.bin --format hf --out ./stories',
  ],
  configure(command) {
    command
      .argument('<path>', 'Hugging Face folder, GGUF file, llama2.c .bin, or the name of a model in the workspace')
      .requiredOption('--format <format>', FORMATS.join(', '))
      .requiredOption('--out <folder>', 'a new or an empty folder')
      .option('--dtype <type>', `${TYPES.join(', ')} (default: as the model has it)`)
      .option('--tokenizer <file>', 'tokenizer of a llama2.c model');
    addAdapterOption(command);
  },
  async run([name], options, context) {
    oneOf(options.format, '--format', FORMATS);
    if (options.dtype !== undefined) oneOf(options.dtype, '--dtype', TYPES);
    const { createFolderAtomic } = await import('../../data/checkpoints/atomic.ts');
    const { copyModel } = await import('../../data/checkpoints/copy-model.ts');
    const { isAdapterFolder } = await import('../../data/checkpoints/adapter-folder.ts');
    const path = await modelPath(name, context);
    const out = resolve(String(options.out));
    checkEmpty(out);
    let files: string[] = [];
    await createFolderAtomic(out, async (folder) => {
      if (options.adapter !== undefined || options.format === 'peft' || isAdapterFolder(path)) {
        await writeAdapted({ ...options, model: path }, context, folder);
        files = readdirSync(folder).sort();
        return;
      }
      files = await copyModel(path, folder, {
        tokenizer: options.tokenizer === undefined ? undefined : String(options.tokenizer),
        asFloat32: options.dtype === 'f32',
        signal: context.signal,
        onProgress: (done, total) => context.progress(done, total, 'bytes'),
      });
    });
    return { files: files.map((file) => join(out, file)) };
  },
  show({ files }: { files: readonly string[] }, { print }) {
    for (const file of files) print(file);
  },
});
