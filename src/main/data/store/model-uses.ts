/** Which runs name a model in their config: as what they train, their reference, reward model or critic. */
import type { RunStatus } from '../../../preload/contract/runs.ts';
import type { Store } from './store.ts';

export interface ModelUse {
  readonly model: string;
  readonly id: string;
  readonly name: string;
  readonly status: RunStatus;
}

/** One row for each model that a run names, the newest run first. */
export function listModelUses(store: Store): ModelUse[] {
  return store
    .prepare(`SELECT DISTINCT j.value AS model, r.id, r.name, r.status FROM runs AS r, json_each(r.config) AS j
      WHERE j.key IN ('model', 'ref_model', 'reward_model', 'value_model') AND j.type = 'text'
      ORDER BY r.created_at DESC, r.rowid DESC`)
    .all() as ModelUse[];
}
