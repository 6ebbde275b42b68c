/** Contract namespace `generations`: text from models, by the generation process; names become paths here and nowhere else. */
import type {
  ForcedAnswers,
  GenerationEnd,
  GenerationEvent,
  PickedPrompt,
  PromptReading,
  RewardAnswers,
  TokenReadings,
} from '../../preload/contract/generations.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { countPairs, readPairs } from '../data/store/pairs.ts';
import type { Store } from '../data/store/store.ts';
import { getVersion } from '../data/store/versions.ts';
import type { ModelSource } from '../jobs/generation/work.ts';
import { tasks } from '../tasks/index.ts';
import type { Task } from '../tasks/task.ts';
import { knownModels, modelOf } from './model-refs.ts';
import { savePair, undoPair } from './save-pair.ts';
import type { Handlers, HostServices } from './services.ts';

export const generationsHandlers = ({ store, workspace, generations }: HostServices): Handlers<'generations'> => {
  /** Runs `work` with the models' places; errors say their names, paths stay on this side. */
  const withModels = async <Ref extends string | null, T>(
    refs: readonly Ref[],
    work: (sources: (Ref extends string ? ModelSource : ModelSource | null)[]) => Promise<T>,
  ): Promise<T> => {
    const found = refs.map((ref) => (ref === null ? null : modelOf(store, workspace, ref)));
    try {
      return await work(
        found.map((model) => model && { path: model.path, adapter: model.adapter }) as (Ref extends string
          ? ModelSource
          : ModelSource | null)[],
      );
    } catch (error) {
      throw withoutPaths(error, [
        ...found.flatMap((model) => (model ? [[model.path, model.choice.ref] as const] : [])),
        [workspace.home, workspace.name],
      ]);
    }
  };
  return {
    'generations.models': () => knownModels(store, workspace).map(({ choice }) => choice),
    'generations.prompts': (source) =>
      source.from === 'task' ? taskPrompts(source.task, source.count, source.seed) : rowPrompts(store, source),
    'generations.prompt': ({ model, prompt }) =>
      withModels([model], ([source]) => generations.call<PromptReading>('prompt', { model: source, prompt })),
    'generations.run': ({ model, ...request }, { emit, signal }) =>
      withModels([model], async ([source]) => {
        const onEvent = (event: GenerationEvent) => emit(event);
        const end = await generations.stream<GenerationEnd>('run', { ...request, model: source }, onEvent, signal);
        // nobody hears the answer of a stream that was closed
        return end ?? { text: '', finish: 'stop', tokens: 0, seconds: 0 };
      }),
    'generations.read': ({ model, reference, ...request }) =>
      withModels([model, reference], ([own, other]) =>
        generations.call<TokenReadings>('read', { ...request, model: own, reference: other }),
      ),
    'generations.force': ({ model, reference, ...request }) =>
      withModels([model, reference], ([own, other]) =>
        generations.call<ForcedAnswers>('force', { ...request, model: own, reference: other }),
      ),
    'generations.probes': ({ model, ...request }) =>
      withModels([model], ([source]) => generations.call('probes', { ...request, model: source })),
    'generations.rewards': ({ rewardModel, ...request }) =>
      withModels([rewardModel], ([source]) =>
        generations.call<RewardAnswers>('rewards', { ...request, rewardModel: source }),
      ),
    'generations.savePair': (pair) => savePair(store, pair),
    'generations.undoPair'({ versionId }) {
      undoPair(store, versionId);
      return { ok: true };
    },
  };
};

function withoutPaths(error: unknown, names: readonly (readonly [path: string, name: string])[]): unknown {
  if (!(error instanceof Error) || !names.some(([path]) => error.message.includes(path))) return error;
  const { code, details } = error as { code?: unknown; details?: unknown };
  const message = names.reduce((text, [path, name]) => text.replaceAll(path, name), error.message);
  return new RpcError(typeof code === 'string' ? code : 'internal', message, details);
}

/** Of the held-out split, which no training sees; fewer than asked for where the world is small. */
function taskPrompts(id: string, count: number, seed: number) {
  if (!tasks.has(id)) throw new RpcError('not_found', `There is no task "${id}".`);
  const prompts = heldOut(tasks.get(id), count, seed);
  return { total: prompts.length, prompts: prompts.map((prompt) => ({ prompt, chosen: null, rejected: null })) };
}

function heldOut(task: Task, count: number, seed: number): string[] {
  try {
    return task.prompts('held-out', count, seed);
  } catch (error) {
    if (!(error instanceof RangeError) || count <= 1) throw error;
    return heldOut(task, count - 1, seed);
  }
}

function rowPrompts(store: Store, { versionId, offset, count }: { versionId: string; offset: number; count: number }) {
  if (!getVersion(store, versionId)) throw new RpcError('not_found', 'This dataset version does not exist any more.');
  const prompts = readPairs(store, versionId, offset, count).map(
    ({ prompt, chosen, rejected, completion }): PickedPrompt => ({
      prompt,
      chosen: lastText(chosen ?? completion),
      rejected: lastText(rejected),
    }),
  );
  return { total: countPairs(store, versionId), prompts };
}

/** An answer of one message as text; of several there is none. */
const lastText = (answer: PickedPrompt['prompt'] | null): string | null =>
  typeof answer === 'string' ? answer : answer?.length === 1 ? answer[0].content : null;
