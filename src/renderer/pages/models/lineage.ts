/** Which model was made from which: the tree around one model, from the registry's parents. */
import type { ModelSummary } from '../../../preload/contract/index.ts';

export interface LineageNode {
  readonly name: string;
  /** null: a name that the registry does not have (any more): a repository of the hub, a folder, a model that was removed. */
  readonly model: ModelSummary | null;
  readonly depth: number;
}

export interface Lineage {
  /** Parents before children. */
  readonly nodes: readonly LineageNode[];
  /** Models of the same tree that are left out. */
  readonly others: number;
}

/** Nodes that a panel has room for; with more, only the model's own line is shown. */
const MOST_NODES = 12;

/** A parent may be a path of a run of the command line: its last part is its name. */
const shortName = (name: string): string => name.split(/[\\/]/).filter(Boolean).at(-1) ?? name;

/** Names from the oldest ancestor to the model itself; a ring is cut. */
function lineTo(models: ReadonlyMap<string, ModelSummary>, name: string): string[] {
  const line = [name];
  for (let at = models.get(name)?.parent; at != null && !line.includes(at); at = models.get(at)?.parent)
    line.unshift(at);
  return line;
}

/** The tree that the model stands in: ancestors, and all that was made from them. */
export function lineageOf(all: readonly ModelSummary[], name: string): Lineage {
  const models = new Map(all.map((model) => [model.name, model]));
  const children = new Map<string, string[]>();
  for (const { name: child, parent } of [...all].reverse())
    if (parent !== null && parent !== child) children.set(parent, [...(children.get(parent) ?? []), child]);
  const line = lineTo(models, name);
  const whole = walk(line[0], children, models, () => true);
  if (whole.length <= MOST_NODES) return { nodes: whole, others: 0 };
  const below = new Set(walk(name, children, models, () => true).map((node) => node.name));
  const own = walk(line[0], children, models, (each) => line.includes(each) || below.has(each));
  return { nodes: own.slice(0, 2 * MOST_NODES), others: whole.length - Math.min(own.length, 2 * MOST_NODES) };
}

function walk(
  root: string,
  children: ReadonlyMap<string, readonly string[]>,
  models: ReadonlyMap<string, ModelSummary>,
  wanted: (name: string) => boolean,
): LineageNode[] {
  const nodes: LineageNode[] = [];
  const seen = new Set<string>();
  const visit = (name: string, depth: number): void => {
    if (seen.has(name) || !wanted(name)) return;
    seen.add(name);
    const model = models.get(name) ?? null;
    nodes.push({ name: model ? name : shortName(name), model, depth });
    for (const child of children.get(name) ?? []) visit(child, depth + 1);
  };
  visit(root, 0);
  return nodes;
}
