/** Gives a model another name, and everything in the workspace that names it: lineage, runs, queues and verdicts go on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RpcError } from '../../preload/contract/rpc.ts';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { listRunConfigs, runsInWork, storeModelName } from '../data/store/model-names.ts';
import { getModelByName, type ModelRow } from '../data/store/models.ts';
import { updateRun } from '../data/store/runs.ts';
import { transaction, type WritableStore } from '../data/store/store.ts';
import { PLAIN_NAME } from './model-registry.ts';

/** Keys of configs that hold names of models, or objects and lists of them. */
const MODEL_KEYS = new Set([
  'model',
  'ref_model',
  'reward_model',
  'value_model',
  'adapter',
  'models',
  'sides',
  'judge',
  'a',
  'b',
  'others',
]);

type Config = Readonly<Record<string, unknown>>;

/** The config with `name` for `old`; itself where it does not name it. */
export function renamedConfig(config: Config, old: string, name: string): Config {
  let found = false;
  const replaced = (value: unknown): unknown => {
    if (value === old) {
      found = true;
      return name;
    }
    if (Array.isArray(value)) return value.map(replaced);
    return value !== null && typeof value === 'object' ? within(value as Config) : value;
  };
  const within = (entries: Config): Config => {
    // the model of an endpoint is none of the workspace's
    if ('url' in entries) return entries;
    return Object.fromEntries(
      Object.entries(entries).map(([key, value]) => [key, MODEL_KEYS.has(key) ? replaced(value) : value]),
    );
  };
  const renamed = within(config);
  return found ? renamed : config;
}

/** Throws RpcError `invalid_input` for a name that is none or is taken, `in_use` while unfinished runs hold the old one. */
export function renameModel(store: WritableStore, row: ModelRow, wanted: string): void {
  const name = wanted.trim();
  const old = row.name;
  if (name === old) return;
  const refuse = (text: string) => new RpcError('invalid_input', text, { key: 'name' });
  if (!PLAIN_NAME.test(name))
    throw refuse(`"${name}" cannot be a model's name: letters, digits, ".", "_" and "-" were expected.`);
  if (getModelByName(store, name)) throw refuse(`There is a model named "${name}" already.`);
  // runs that start from the program's own model would get this one
  if (builtInModelFolder(name)) throw refuse(`"${name}" is a model that comes with the program.`);
  const busy = runsInWork(store, old);
  if (busy.length > 0)
    throw new RpcError('in_use', `${old} keeps its name while ${busy.join(', ')} is not finished. Stop it, or wait.`);
  transaction(store, () => {
    for (const { id, config, baseFolder } of listRunConfigs(store)) {
      // there the word stands for the file beside the config
      if (baseFolder !== null && existsSync(join(baseFolder, old))) continue;
      const renamed = renamedConfig(config, old, name);
      if (renamed !== config) updateRun(store, id, { config: renamed });
    }
    storeModelName(store, row.id, old, name);
  });
}
