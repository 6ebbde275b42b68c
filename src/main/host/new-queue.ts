/** Makes a queue: its pairs from a dataset at once, or a job in which models answer; and a job for the judge where one is wanted. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { newQueue, QueueJudge } from '../../preload/contract/queues.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import type { Dealing } from '../base/deal-out.ts';
import { makeFolder } from '../base/make-folder.ts';
import { createRandom } from '../base/random.ts';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { writeFileAtomic } from '../data/checkpoints/atomic.ts';
import { asText } from '../data/datasets/export-formats/llm-comparator.ts';
import { type FoundVersion, requireVersion } from '../data/datasets/find.ts';
import { getModelByName } from '../data/store/models.ts';
import { pairsAt } from '../data/store/pairs.ts';
import { insertQueue, listQueues, type NewQueueItem } from '../data/store/queues.ts';
import type { Store } from '../data/store/store.ts';
import { QUEUE_FILES, QUEUE_METHOD, type QueueWork } from '../jobs/queue-work.ts';
import { tasks } from '../tasks/index.ts';
import { requireJudge } from './run-judges.ts';
import type { HostServices } from './services.ts';

type Wanted = z.output<typeof newQueue>;
type Services = Pick<HostServices, 'store' | 'runner' | 'workspace'>;

const JUDGE_TITLES = {
  gold: 'Gold reward',
  'reward-model': 'Reward model',
  llm: 'Language model',
  length: 'Longer answer',
};

function titleOf(judge: QueueJudge | null): string | null {
  if (!judge) return null;
  const named = judge.kind === 'reward-model' || judge.kind === 'llm' ? ` ${judge.model}` : '';
  return `${JUDGE_TITLES[judge.kind]}${named}`;
}

/** The address and model that Settings has by now. Throws `not_found`. */
function withEndpoint(judge: QueueJudge | null, workspace: Services['workspace']): QueueJudge | null {
  if (judge?.kind !== 'llm' || judge.endpoint === undefined) return judge;
  const { url, model } = requireJudge(workspace, judge.endpoint);
  return { ...judge, url, model };
}

function mustBeModel(store: Store, name: string): void {
  if (!getModelByName(store, name) && !builtInModelFolder(name))
    throw new RpcError('not_found', `there is no model named "${name}" in the workspace`);
}

/** `count` numbers below `rows`, drawn with the seed. */
const drawRows = (rows: number, count: number, seed: number): number[] =>
  createRandom(`${seed}:rows`)
    .shuffle(Array.from({ length: rows }, (_, i) => i))
    .slice(0, count);

export const referenceOf = ({ dataset, version }: FoundVersion): string => `${dataset.name}@${version.number}`;

/** Pairs of a version in a drawn order; "first" is what the version calls chosen. */
function datasetItems(store: Store, found: FoundVersion, { count, seed }: Wanted): NewQueueItem[] {
  const { dataset, version } = found;
  if (dataset.kind !== 'preference')
    throw new RpcError('invalid_input', `"${dataset.name}" holds ${dataset.kind}: pairs of answers are needed`);
  return [...pairsAt(store, version.id, drawRows(version.rows, count, seed))].map((pair) => ({
    prompt: asText(pair.prompt),
    first: asText(pair.chosen),
    second: asText(pair.rejected),
    firstModel: 'chosen',
    secondModel: 'rejected',
    sourceRow: pair.index,
  }));
}

function promptsOf(store: Store, wanted: Wanted & { readonly source: { readonly kind: 'models' } }) {
  const { source, count, seed } = wanted;
  if ('task' in source.prompts)
    return { prompts: tasks.get(source.prompts.task).prompts('held-out', count, seed), from: null };
  const found = requireVersion(store, source.prompts.dataset);
  const rows = pairsAt(store, found.version.id, drawRows(found.version.rows, count, seed));
  // a prompt that stands in several rows is asked once
  const prompts = new Map([...rows].map(({ prompt }) => [JSON.stringify(prompt), prompt]));
  return { prompts: [...prompts.values()], from: found };
}

/** What is known at once, and what is left to a job. */
function planOf(store: Store, wanted: Wanted) {
  const { source } = wanted;
  if (source.kind === 'models') {
    for (const model of source.models) mustBeModel(store, model);
    const { prompts, from } = promptsOf(store, { ...wanted, source });
    if (prompts.length === 0) throw new RpcError('invalid_input', 'there are no prompts to answer');
    const work: QueueWork = { kind: 'models', prompts };
    return { models: source.models, from, items: [], work };
  }
  const from = requireVersion(store, source.dataset);
  const items = datasetItems(store, from, wanted);
  const work: QueueWork | undefined = wanted.judge
    ? { kind: 'dataset', items: items.map(({ prompt, first, second }) => ({ prompt, first, second })) }
    : undefined;
  return { models: ['chosen', 'rejected'], from, items, work };
}

function dealingOf({ raters, ratersEach, overlapShare }: Wanted): Dealing {
  const names = [...new Set(raters)];
  if (names.length > 0 && ratersEach !== null && ratersEach > names.length)
    throw new RpcError(
      'invalid_input',
      `${ratersEach} people are to rate each pair, and ${names.length} are named: name more, or ask fewer`,
    );
  return { raters: names, ratersEach, overlapShare };
}

/** Throws RpcError for a model, dataset or task that is not there, and for a name that is taken. */
export function createQueue({ store, runner, workspace }: Services, wanted: Wanted): string {
  const { name, source } = wanted;
  const judge = withEndpoint(wanted.judge, workspace);
  if (listQueues(store).some((queue) => queue.name === name))
    throw new RpcError('name_taken', `there is a queue named "${name}" already`);
  if (judge?.kind === 'reward-model') mustBeModel(store, judge.model);
  const { models, from, items, work } = planOf(store, wanted);
  const id = randomUUID();
  const folder = work ? join(workspace.runs, `queue-${id}`) : null;
  const record = {
    id,
    name,
    kind: source.kind,
    models,
    versionId: from?.version.id ?? null,
    dataset: from ? referenceOf(from) : null,
    judge: titleOf(judge),
    folder,
    dealing: dealingOf(wanted),
    createdAt: new Date().toISOString(),
  };
  if (!work || folder === null) {
    insertQueue(store, { ...record, runId: null }, items);
    return id;
  }
  makeFolder(folder);
  try {
    writeFileAtomic(join(folder, QUEUE_FILES.work), `${JSON.stringify(work)}\n`);
    const runId = runner.create({
      method: QUEUE_METHOD,
      nameBase: 'rating-queue',
      outputDir: folder,
      config: {
        method: QUEUE_METHOD,
        model: source.kind === 'models' ? source.models : [],
        ...(judge?.kind === 'reward-model' ? { reward_model: judge.model } : {}),
        judge,
        // the key of Settings goes to the job that names the judge at its address
        ...(judge?.kind === 'llm' && judge.endpoint !== undefined
          ? { judge_endpoint: judge.endpoint, judge_url: judge.url }
          : {}),
        temperature: source.kind === 'models' ? source.temperature : 1,
        max_new_tokens: source.kind === 'models' ? source.maxNewTokens : 1,
        seed: wanted.seed,
      },
    });
    insertQueue(store, { ...record, runId }, items);
    return id;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
