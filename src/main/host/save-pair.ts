/** Two answers that a person compared while looking at models, kept as a preference pair with where each came from; and taken back. */
import type { z } from 'zod';
import type { TextOrChat } from '../../preload/contract/datasets.ts';
import type { pairToSave, SavedPair } from '../../preload/contract/generations.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { appendRows } from '../data/datasets/append.ts';
import { getDataset } from '../data/store/datasets.ts';
import type { NewPair } from '../data/store/pairs.ts';
import { listRuns } from '../data/store/runs.ts';
import { transaction, type WritableStore } from '../data/store/store.ts';
import { discardVersion, getVersion, listVersions } from '../data/store/versions.ts';

const SOURCE = 'Inspect';
/** What the recipe of such a version begins with. */
const RECIPE = 'one pair saved in Inspect';

type PairToSave = z.output<typeof pairToSave>;

/** Throws RpcError `invalid_input` for equal answers, DatasetError for a name that cannot be one or a dataset of another kind. */
export async function savePair(store: WritableStore, pair: PairToSave): Promise<SavedPair> {
  const { dataset, chosen, rejected, rater } = pair;
  if (chosen.text === rejected.text)
    throw new RpcError('invalid_input', 'Both answers are the same text: there is nothing to prefer.');
  const names = [chosen, rejected].map(({ model }) => model ?? 'typed by hand');
  const recipe = `${RECIPE} by ${rater}: ${names[0]} over ${names[1]}`;
  const wanted = { name: dataset, kind: 'preference', format: 'trl', source: SOURCE, recipe } as const;
  const { prompts: _prompts, ...made } = await appendRows(store, wanted, [rowOf(pair)]);
  return made;
}

function rowOf({ prompt, chosen, rejected, rater }: PairToSave): NewPair {
  const answer = (text: string): TextOrChat =>
    typeof prompt === 'string' ? text : [{ role: 'assistant', content: text }];
  return {
    prompt,
    chosen: answer(chosen.text),
    rejected: answer(rejected.text),
    completion: null,
    label: null,
    tie: false,
    margin: null,
    scoreChosen: null,
    scoreRejected: null,
    annotator: rater,
    metadata: {
      chosen_model: chosen.model,
      rejected_model: rejected.model,
      chosen_sampling: chosen.sampling,
      rejected_sampling: rejected.sampling,
      saved_at: new Date().toISOString(),
    },
    provenance: { file: SOURCE, line: null, row: null },
  };
}

/** Throws RpcError `not_found`, or `conflict` when something was built on the version since. */
export function undoPair(store: WritableStore, versionId: string): void {
  transaction(store, () => {
    const version = getVersion(store, versionId);
    if (!version?.recipe.startsWith(RECIPE)) throw new RpcError('not_found', 'This pair is not there any more.');
    const dataset = getDataset(store, version.datasetId);
    if (listVersions(store, version.datasetId)[0].id !== versionId)
      throw new RpcError('conflict', `${dataset?.name} has a newer version: the pair stays. Remove it there.`);
    const isUsed = listRuns(store).some((run) => run.dataset === dataset?.name && run.createdAt >= version.createdAt);
    if (isUsed) throw new RpcError('conflict', `A run was started on ${dataset?.name} since: the pair stays.`);
    discardVersion(store, versionId);
  });
}
