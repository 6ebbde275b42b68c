/** `plumb models import`: a model from a path into the workspace. */
import { defineCommand } from '../command.ts';
import { withStore } from '../workspace-store.ts';
import { modelDocument, shortCount } from './documents.ts';

export const importModelCommand = defineCommand({
  id: 'import',
  summary: 'Copy a model into the workspace: a Hugging Face folder as it is, a GGUF or llama2.c file converted.',
  examples: [
    'plumb models import ./SmolLM2-135M',
    'plumb models import SmolLM2-135M-Instruct-Q4_1.gguf --name smol',
    'plumb models import stories260K.bin --tokenizer tok512.bin --name stories',
  ],
  configure(command) {
    command
      .argument('<path>', 'Hugging Face folder, GGUF file or llama2.c .bin')
      .option('--tokenizer <file>', 'tokenizer of a llama2.c model')
      .option('--name <name>', "the model's name (default: the file's)");
  },
  run: ([path], options, context) =>
    withStore(context, async (store) => {
      const { importModel } = await import('../../host/models.ts');
      const model = await importModel(store, context.workspace, path, {
        name: options.name === undefined ? undefined : String(options.name),
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
