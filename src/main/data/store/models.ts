/** Table `models`: the registry of models in the workspace. */
import type { StoredModel } from '../../../preload/contract/models.ts';
import type { Store, WritableStore } from './store.ts';

/** `folder` is relative to the workspace's models folder. */
export interface ModelRow extends StoredModel {
  readonly folder: string;
}

const COLUMNS = `id, name, family, parameters, bytes, vocabulary, layers, hidden, context, origin, run_id AS runId, parent, folder, created_at AS createdAt`;

export function insertModel(store: WritableStore, row: ModelRow): void {
  store
    .prepare(`INSERT INTO models (id, name, family, parameters, bytes, vocabulary, layers, hidden, context, origin, run_id, parent, folder, created_at)
      VALUES (@id, @name, @family, @parameters, @bytes, @vocabulary, @layers, @hidden, @context, @origin, @runId, @parent, @folder, @createdAt)`)
    .run(row);
}

export function listModels(store: Store): ModelRow[] {
  return store.prepare(`SELECT ${COLUMNS} FROM models ORDER BY created_at DESC, name`).all() as ModelRow[];
}

export function getModel(store: Store, id: string): ModelRow | undefined {
  return store.prepare(`SELECT ${COLUMNS} FROM models WHERE id = ?`).get(id) as ModelRow | undefined;
}

export function getModelByName(store: Store, name: string): ModelRow | undefined {
  return store.prepare(`SELECT ${COLUMNS} FROM models WHERE name = ?`).get(name) as ModelRow | undefined;
}

export function removeModel(store: WritableStore, id: string): boolean {
  return store.prepare('DELETE FROM models WHERE id = ?').run(id).changes > 0;
}
