/** Where the tables hold a model by its name, for when it gets another one. */
import type { Store, WritableStore } from './store.ts';

/** Names of unfinished runs whose config says this word anywhere. */
export const runsInWork = (store: Store, name: string): string[] =>
  (
    store
      .prepare(`SELECT name FROM runs AS r WHERE status IN ('queued', 'running', 'paused')
        AND EXISTS (SELECT 1 FROM json_tree(r.config) AS j WHERE j.type = 'text' AND j.value = @name) ORDER BY name`)
      .all({ name }) as { name: string }[]
  ).map((run) => run.name);

export interface RunConfig {
  readonly id: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly baseFolder: string | null;
}

export const listRunConfigs = (store: Store): RunConfig[] =>
  (
    store.prepare('SELECT id, config, base_folder AS baseFolder FROM runs').all() as {
      id: string;
      config: string;
      baseFolder: string | null;
    }[]
  ).map(({ config, ...run }) => ({ ...run, config: JSON.parse(config) as RunConfig['config'] }));

/** Columns that hold the name and nothing else. */
const COLUMNS = [
  ['models', 'parent'],
  ['runs', 'model'],
  ['runs', 'reference_model'],
  ['comparisons', 'a'],
  ['comparisons', 'b'],
  ['queue_items', 'first_model'],
  ['queue_items', 'second_model'],
  ['ratings', 'model_a'],
  ['ratings', 'model_b'],
] as const;

/** In every table at once; to be called within a transaction. Configs of runs are JSON and the caller's. */
export function storeModelName(store: WritableStore, id: string, old: string, name: string): void {
  store.prepare('UPDATE models SET name = @name WHERE id = @id').run({ id, name });
  for (const [table, column] of COLUMNS)
    store.prepare(`UPDATE ${table} SET ${column} = @name WHERE ${column} = @old`).run({ old, name });
  for (const column of ['a_key', 'b_key'])
    store
      .prepare(`UPDATE comparisons SET ${column} = 'model:' || @name WHERE ${column} = 'model:' || @old`)
      .run({ old, name });
  store
    .prepare(`UPDATE queues SET models = (SELECT json_group_array(CASE value WHEN @old THEN @name ELSE value END) FROM json_each(queues.models))
      WHERE EXISTS (SELECT 1 FROM json_each(queues.models) WHERE value = @old)`)
    .run({ old, name });
}
