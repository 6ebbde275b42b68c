/** `plumb models import`: a model from a path or from the hub into the workspace. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandContext, defineCommand, UsageError } from '../command.ts';
import { withStore } from '../workspace-store.ts';
import { modelDocument, shortCount } from './documents.ts';

interface Source {
  readonly path: string;
  /** "owner/name" of a model of the hub. */
  readonly from?: string;
}

/** A path as it is; else "owner/name" (or "hf:name") is looked for on the hub and brought into the cache. */
async function sourceOf(
  name: string,
  { revision, file }: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<Source> {
  const { isRepositoryName } = await import('../../data/hub/names.ts');
  const id = name.replace(/^hf:/, '');
  const isHubName = isRepositoryName(id) && (id !== name || id.includes('/'));
  if (!isHubName || (id === name && existsSync(name))) {
    if (revision !== undefined || file !== undefined)
      throw new UsageError(`--revision and --file are for models of the hub; ${name} is a path`);
    return { path: name };
  }
  const { hubSettings } = await import('../../data/hub/settings.ts');
  const { modelSnapshot } = await import('../../data/hub/snapshot.ts');
  const settings = hubSettings(join(context.workspace.home, 'hub'));
  const snapshot = await modelSnapshot(settings, id, {
    revision: revision === undefined ? undefined : String(revision),
    file: file === undefined ? undefined : String(file),
    signal: context.signal,
    onProgress: (done, total) => context.progress(done, total, 'bytes'),
  });
  context.say(`${id} is at commit ${snapshot.commit}`);
  return { path: file === undefined ? snapshot.folder : join(snapshot.folder, String(file)), from: id };
}

export const importModelCommand = defineCommand({
  id: 'import',
  summary:
    'Copy a model into the workspace: a Hugging Face folder as it is, a GGUF or llama2.c file converted, a model of the Hugging Face hub by its name.',
  examples: [
    'plumb models import ./SmolLM2-135M',
    'plumb models import SmolLM2-135M-Instruct-Q4_1.gguf --name smol',
    'plumb models import HuggingFaceTB/SmolLM2-135M-Instruct',
    'plumb models import owner/name-GGUF --file model-Q8_0.gguf --revision v1.0',
    'plumb models import stories260K.bin --tokenizer tok512.bin --name stories',
  ],
  configure(command) {
    command
      .argument('<path>', 'Hugging Face folder, GGUF file, llama2.c .bin, or owner/name on the hub')
      .option('--tokenizer <file>', 'tokenizer of a llama2.c model')
      .option('--revision <revision>', 'branch, tag or commit of the hub (default: main)')
      .option('--file <file>', 'one file of the hub repository: a GGUF')
      .option('--name <name>', "the model's name (default: the file's)");
  },
  run: ([name], options, context) =>
    withStore(context, async (store) => {
      const { importModel } = await import('../../host/model-registry.ts');
      const { path, from } = await sourceOf(name, options, context);
      const model = await importModel(store, context.workspace, path, {
        name: options.name === undefined ? undefined : String(options.name),
        from,
        tokenizer: options.tokenizer === undefined ? undefined : String(options.tokenizer),
        signal: context.signal,
        onProgress: (done, total) => context.progress(done, total, 'bytes'),
      });
      return modelDocument(model);
    }),
  show({ model, family, parameters }: ReturnType<typeof modelDocument>, { print }) {
    print(`"${model}" is in the workspace: ${family}, ${shortCount(parameters)} parameters`);
  },
});
