/** Models by the names that a page may say: which there are, and where each lies. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelChoice } from '../../preload/contract/generations.ts';
import { RpcError } from '../../preload/contract/rpc.ts';
import { meant } from '../base/registry.ts';
import { builtInModelFolder, builtInModels } from '../data/built-in-models.ts';
import { ADAPTER_CONFIG } from '../data/checkpoints/adapter-folder.ts';
import { listCheckpoints } from '../data/store/checkpoints.ts';
import { listModels, type ModelRow } from '../data/store/models.ts';
import { findRunByName, getRun, listRuns, type RunRecord } from '../data/store/runs.ts';
import type { Store } from '../data/store/store.ts';
import { headIn } from './head-in.ts';
import type { Workspace } from './workspace.ts';

/** A model that is there: what the page sees of it, and where it lies. */
export interface KnownModel {
  readonly choice: ModelChoice;
  readonly path: string;
  readonly adapter: boolean;
}

const BASE = '~base';

/** Every model, checkpoint and built-in one; an adapter is there twice, with and without. Folders that are gone are left out. */
export function knownModels(store: Store, workspace: Workspace): KnownModel[] {
  const models = listModels(store);
  const isKnown = (name: string) =>
    models.some((model) => model.name === name) || builtInModelFolder(name) !== undefined;
  const runs = new Map<string, RunRecord>();
  for (const { id } of listRuns(store)) {
    const run = getRun(store, id);
    if (run) runs.set(id, run);
  }
  const trained = models.flatMap((model) => {
    const path = join(workspace.models, model.folder);
    const run = model.runId === null ? undefined : runs.get(model.runId);
    const detail = run ? 'final' : model.origin;
    return variants(path, { ref: model.name, name: model.name, detail }, run, model, isKnown);
  });
  const checkpoints = [...runs.values()].flatMap((run) =>
    [...listCheckpoints(store, run.id)].reverse().flatMap(({ step, folder }) => {
      const names = { ref: `${run.name}@${step}`, name: run.name, detail: `step ${step}` };
      return variants(folder, names, run, undefined, isKnown);
    }),
  );
  const builtIn = builtInModels().flatMap((name) => {
    const path = builtInModelFolder(name);
    if (path === undefined || models.some((model) => model.name === name)) return [];
    return variants(path, { ref: name, name, detail: 'built-in' }, undefined, undefined, isKnown);
  });
  return [...trained, ...checkpoints, ...builtIn];
}

type Names = Pick<ModelChoice, 'ref' | 'name' | 'detail'>;

function variants(
  path: string,
  names: Names,
  run: RunRecord | undefined,
  model: ModelRow | undefined,
  isKnown: (name: string) => boolean,
): KnownModel[] {
  if (!existsSync(join(path, 'config.json')) && !existsSync(join(path, ADAPTER_CONFIG))) return [];
  const hasAdapter = existsSync(join(path, ADAPTER_CONFIG));
  const base = `${names.ref}${BASE}`;
  const start = run?.referenceModel ?? run?.model ?? model?.parent ?? null;
  const named = start !== null && isKnown(start) ? start : null;
  const shared = { method: run?.method ?? null, head: headIn(path), beta: betaOf(run) } as const;
  // an adapter's reference is what lies under it, unless another one was named
  const reference = hasAdapter && run?.referenceModel == null ? base : named;
  const whole = { choice: { ...names, ...shared, reference }, path, adapter: true };
  if (!hasAdapter) return [whole];
  const bare = { ...names, ref: base, detail: `${names.detail}, adapter off`, ...shared, reference: null, beta: null };
  return [whole, { choice: bare, path, adapter: false }];
}

/** What weighs KL against reward in its training: DPO's and online DPO's beta, PPO's and RLOO's kl_coef. */
function betaOf(run: RunRecord | undefined): number | null {
  const beta = run?.config.beta ?? run?.config.kl_coef;
  return typeof beta === 'number' && Number.isFinite(beta) ? beta : null;
}

/** Throws RpcError `not_found` that names one like it. */
export function modelOf(store: Store, workspace: Workspace, ref: string): KnownModel {
  const known = knownModels(store, workspace);
  // a run by name is its final model, whatever the registry calls that
  const runId = findRunByName(store, ref);
  const ofRun = runId === undefined ? undefined : listModels(store).find((model) => model.runId === runId)?.name;
  const found = known.find(({ choice }) => choice.ref === ref) ?? known.find(({ choice }) => choice.ref === ofRun);
  if (found) return found;
  const hint = meant(
    ref,
    known.map((each) => each.choice.ref),
  );
  throw new RpcError('not_found', `There is no model "${ref}" in the workspace${hint || '.'}`);
}
