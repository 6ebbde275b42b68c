/** `plumb models rename`: another name for a model; what names it goes on. */
import { RpcError } from '../../../preload/contract/rpc.ts';
import { defineCommand, InputError } from '../command.ts';
import { withExistingStore } from '../workspace-store.ts';
import { requireModel } from './require.ts';

export const rename = defineCommand({
  id: 'rename',
  summary: 'Give a model of the workspace another name; runs, queues and verdicts that name it go on.',
  examples: ['plumb models rename my-run dpo-beta-0.1'],
  configure(command) {
    command.argument('<name>', 'name of a model in the workspace').argument('<new-name>', 'what it is to be called');
  },
  run: ([name, wanted], _options, context) =>
    withExistingStore(context, async (store) => {
      const { renameModel } = await import('../../host/rename-model.ts');
      const model = await requireModel(store, name);
      try {
        renameModel(store, model, wanted);
      } catch (error) {
        if (error instanceof RpcError) throw new InputError(error.message, { code: error.code, cause: error });
        throw error;
      }
      return { renamed: model.name, name: wanted.trim() };
    }),
  show({ renamed, name }: { renamed: string; name: string }, { print }) {
    print(`"${renamed}" is called "${name}" now.`);
  },
});
