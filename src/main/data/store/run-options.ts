/** Single options of all runs' configs, for columns of a table. */
import type { RunOptions } from '../../../preload/contract/runs.ts';
import type { Store } from './store.ts';

/** Every option that a run has, and of each run the values of those in `keys`. */
export function readRunOptions(store: Store, keys: readonly string[]): RunOptions {
  const known = store
    .prepare('SELECT DISTINCT option.key AS key FROM runs, json_each(runs.config) AS option ORDER BY option.key')
    .all() as { key: string }[];
  const rows = store.prepare('SELECT id, config FROM runs').all() as { id: string; config: string }[];
  const runs = rows.map(({ id, config }) => {
    const options = JSON.parse(config) as Record<string, unknown>;
    const values = keys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]] as const]));
    return { id, values: Object.fromEntries(values) };
  });
  return { keys: known.map(({ key }) => key), runs };
}
