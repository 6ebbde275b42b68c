/** What was made from what: all versions as a forest, each below the first version it was made from. */
import type { LineageNode } from '../../../preload/contract/dataset-versions.ts';
import { getDataset, listDatasets } from '../store/datasets.ts';
import { usesOf } from '../store/run-data.ts';
import type { Store } from '../store/store.ts';
import { listVersions } from '../store/versions.ts';

type Node = Omit<LineageNode, 'depth'> & { readonly parent: string | null };

/** Every version, and those that are gone but named as a parent. By id, a removed one by the id it had. */
function nodesOf(store: Store): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const gone = new Map<string, Node>();
  for (const { id: datasetId, name: dataset } of listDatasets(store))
    for (const version of listVersions(store, datasetId)) {
      const { id, number, rows, recipe, contentHash, createdAt, derivation } = version;
      const runs = [...new Set(usesOf(store, id).map((use) => use.run))];
      const parent = derivation?.parents[0].versionId ?? null;
      nodes.set(id, { id, datasetId, dataset, number, rows, recipe, contentHash, createdAt, runs, parent });
      for (const { versionId, ...known } of derivation?.parents ?? [])
        gone.set(versionId, { ...removed(known), runs: [...new Set(usesOf(store, versionId).map((use) => use.run))] });
    }
  for (const [id, node] of gone) if (!nodes.has(id)) nodes.set(id, node);
  return nodes;
}

const removed = (known: { dataset: string; number: number; contentHash: string }): Node => ({
  ...known,
  id: null,
  datasetId: null,
  rows: null,
  recipe: 'removed',
  createdAt: null,
  runs: [],
  parent: null,
});

/**
 * The versions that hang together with a dataset, parents before children, siblings by their time. Without a dataset all of them. A merged version
 * hangs below its first parent; its recipe names the others.
 */
export function lineageOf(store: Store, datasetId?: string): LineageNode[] {
  const nodes = nodesOf(store);
  const children = new Map<string | null, string[]>();
  for (const [id, { parent }] of nodes) {
    const list = children.get(parent) ?? [];
    children.set(parent, list);
    list.push(id);
  }
  const order = (a: string, b: string) => {
    const [x, y] = [nodes.get(a), nodes.get(b)];
    return `${x?.createdAt} ${x?.number}` < `${y?.createdAt} ${y?.number}` ? -1 : 1;
  };
  const below = (id: string, depth: number): LineageNode[] => {
    const node = nodes.get(id);
    if (!node) return [];
    const { parent: _parent, ...rest } = node;
    return [{ ...rest, depth }, ...(children.get(id) ?? []).sort(order).flatMap((child) => below(child, depth + 1))];
  };
  const trees = (children.get(null) ?? []).sort(order).map((root) => below(root, 0));
  if (datasetId === undefined) return trees.flat();
  const name = getDataset(store, datasetId)?.name;
  return trees.filter((tree) => tree.some((node) => node.datasetId === datasetId || node.dataset === name)).flat();
}
