/** A model's page: facts of its config and tokenizer, the run that made it, what needs it, and the formats it can leave in. */
import type { ModelDetail, ModelSummary } from '../../preload/contract/models.ts';
import { isAdapterFolder } from '../data/checkpoints/adapter-folder.ts';
import { openCheckpoint } from '../data/checkpoints/index.ts';
import { getRun } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import type { ModelConfig } from '../engine/models/config.ts';
import { architectureOf } from '../engine/models/index.ts';
import { exportFormats } from '../exports/index.ts';
import { dependentsOf, keptBecause } from './model-dependents.ts';
import { bytesIn } from './model-facts.ts';
import { type FoundModel, listSummaries } from './model-list.ts';
import { ownsFolder } from './model-registry.ts';
import type { OpenTokenizers } from './open-tokenizers.ts';
import type { Workspace } from './workspace.ts';

type Line = [string, string];

export async function modelDetail(
  store: Store,
  workspace: Workspace,
  tokenizers: OpenTokenizers,
  found: FoundModel,
): Promise<ModelDetail> {
  const { stored, folder, row } = found;
  const dependents = dependentsOf(store, workspace, stored.name, folder);
  const model = listSummaries(store, workspace).find((each) => each.id === stored.id) as ModelSummary;
  const read = readable(() => configLines(folder));
  const opened = readable(() => tokenizers.open(folder));
  const owned = row !== undefined && ownsFolder(row);
  const builtIn = row === undefined ? 'It comes with the program and stays.' : null;
  return {
    model,
    config: read.value ?? [],
    tokenizer: opened.value ? tokenizerFacts(opened.value.tokenizer, opened.value.eosIds) : null,
    problem: read.problem ?? opened.problem,
    run: runOf(store, stored.runId),
    dependents,
    keptBecause: builtIn ?? keptBecause(dependents),
    frees: owned ? bytesIn(folder) : 0,
    exports: exportsOf(model, isAdapterFolder(folder)),
  };
}

/** The value, or what is wrong: a damaged model has a page as well. */
function readable<T>(read: () => T): { readonly value: T | null; readonly problem: string | null } {
  try {
    return { value: read(), problem: null };
  } catch (error) {
    return { value: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

function configLines(folder: string): Line[] {
  const { config: raw } = openCheckpoint(folder);
  const config = architectureOf(raw).readConfig(raw);
  const dtype = raw.dtype ?? raw.torch_dtype;
  return [
    ['Family', `${String(raw.model_type)}, ${config.layers} layers × ${config.hidden}`],
    ['Heads', headsOf(config)],
    ['Feed-forward', `${config.intermediate}, ${config.activation}`],
    ['Vocabulary', String(config.vocabulary)],
    ['Context', `${config.context} tokens`],
    ...(config.rope ? [['Rotary base', String(config.rope.theta)] satisfies Line] : []),
    ['Output head', config.tiedHead ? 'tied to the embedding' : 'of its own'],
    ...(typeof dtype === 'string' ? [['Stored as', dtype] satisfies Line] : []),
  ];
}

const headsOf = ({ heads, keyValueHeads, headSize }: ModelConfig): string =>
  keyValueHeads === heads ? `${heads} of ${headSize}` : `${heads} of ${headSize}, ${keyValueHeads} for keys`;

function tokenizerFacts(tokenizer: Tokenizer, eosIds: readonly number[]): ModelDetail['tokenizer'] {
  const named = (id: number) => ({ id, token: tokenizer.tokenOf(id) });
  const { kind, vocabularySize, bosId, padId, chatTemplate } = tokenizer;
  return {
    kind,
    vocabulary: vocabularySize,
    begin: bosId === null ? null : named(bosId),
    padding: padId === null ? null : named(padId),
    ends: eosIds.map(named),
    template: chatTemplate,
  };
}

function runOf(store: Store, id: string | null): ModelDetail['run'] {
  const run = id === null ? undefined : getRun(store, id);
  if (!run) return null;
  const text = (key: string) => (typeof run.config[key] === 'string' ? run.config[key] : null);
  const { name, method, status, dataset, referenceModel } = run;
  return {
    id: run.id,
    name,
    method,
    status,
    dataset,
    reference: referenceModel,
    annotator: text('annotator'),
    rewardModel: text('reward_model'),
  };
}

/** A score head is written to Hugging Face's format alone; an adapter can leave by itself. */
function exportsOf({ kind }: ModelSummary, isAdapter: boolean): ModelDetail['exports'] {
  return exportFormats.all
    .filter(({ id }) => (id === 'peft' ? isAdapter : id === 'hf' || kind !== 'reward'))
    .map(({ id, title, types }) => ({ format: id, title, types: [...types] }));
}
