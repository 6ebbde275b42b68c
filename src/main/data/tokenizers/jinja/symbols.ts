/**
 * What a name means where: Jinja2 decides it before anything runs, by frames whose names are loaded from outside, aliased or stored. This is its
 * analysis (jinja2/idtracking.py), so that a `set` reaches exactly as far as there.
 */
import { childrenOf, type Expression, type ForNode, type IfNode, type Node, type Statement } from './nodes.ts';

/** How a frame's name gets its first value. */
export type Load =
  | { readonly how: 'parameter' }
  | { readonly how: 'resolve'; readonly name: string }
  | { readonly how: 'alias'; readonly slot: string }
  | { readonly how: 'undefined' };

export class Symbols {
  readonly level: number;
  readonly parent: Symbols | null;
  /** Name → slot: the name with the level of its frame. */
  refs = new Map<string, string>();
  /** Slot → its first value. */
  loads = new Map<string, Load>();
  stores = new Set<string>();

  constructor(parent: Symbols | null = null, level = parent ? parent.level + 1 : 0) {
    this.parent = parent;
    this.level = level;
  }

  copy(): Symbols {
    const copy = new Symbols(this.parent, this.level);
    copy.refs = new Map(this.refs);
    copy.loads = new Map(this.loads);
    copy.stores = new Set(this.stores);
    return copy;
  }

  #define(name: string, load: Load): string {
    const slot = `${this.level} ${name}`;
    this.refs.set(name, slot);
    this.loads.set(slot, load);
    return slot;
  }

  find(name: string): string | undefined {
    return this.refs.get(name) ?? this.parent?.find(name);
  }

  findLoad(slot: string): Load | undefined {
    return this.loads.get(slot) ?? this.parent?.findLoad(slot);
  }

  slot(name: string): string {
    const slot = this.find(name);
    if (slot === undefined) throw new Error(`the name '${name}' has no place in its frame`);
    return slot;
  }

  store(name: string): void {
    this.stores.add(name);
    if (this.refs.has(name)) return;
    const outer = this.parent?.find(name);
    this.#define(name, outer === undefined ? { how: 'undefined' } : { how: 'alias', slot: outer });
  }

  declareParameter(name: string): string {
    this.stores.add(name);
    return this.#define(name, { how: 'parameter' });
  }

  load(name: string): void {
    if (this.find(name) === undefined) this.#define(name, { how: 'resolve', name });
  }

  /** After the branches of an `if`: what one of them stores keeps its value from before in the others. */
  merge(branches: readonly Symbols[]): void {
    const stored = new Set(branches.flatMap(({ stores }) => [...stores]).filter((name) => !this.stores.has(name)));
    for (const branch of branches) {
      for (const [name, slot] of branch.refs) this.refs.set(name, slot);
      for (const [slot, load] of branch.loads) this.loads.set(slot, load);
      for (const name of branch.stores) this.stores.add(name);
    }
    for (const name of stored) {
      const outer = this.parent?.find(name);
      this.loads.set(this.slot(name), outer === undefined ? { how: 'resolve', name } : { how: 'alias', slot: outer });
    }
  }

  /** All stored names within reach and their slots. */
  allStores(): Map<string, string> {
    const found = new Map<string, string>();
    for (let symbols: Symbols | null = this; symbols; symbols = symbols.parent)
      for (const name of symbols.stores) if (!found.has(name)) found.set(name, this.slot(name));
    return found;
  }

  /** Takes in what a frame of these nodes names. */
  analyse(nodes: readonly Node[]): void {
    for (const node of nodes) this.#visit(node, false);
  }

  analyseLoop(node: ForNode, branch: 'body' | 'else' | 'test'): void {
    if (branch === 'else') {
      this.analyse(node.otherwise);
      return;
    }
    this.#visit(node.target, true);
    if (branch === 'body') this.analyse(node.body);
    else if (node.test) this.#visit(node.test, false);
  }

  #visit(node: Node, asParameter: boolean): void {
    switch (node.kind) {
      case 'Name':
        if (asParameter || node.use === 'param') this.declareParameter(node.name);
        else if (node.use === 'store') this.store(node.name);
        else this.load(node.name);
        return;
      case 'AttributeTarget':
        this.load(node.name);
        return;
      case 'If':
        this.#visitIf(node);
        return;
      case 'Scope':
      case 'Block':
        return;
      case 'Macro':
        this.store(node.name);
        return;
      case 'Other':
        this.#visit(node.template, false);
        for (const name of node.stores) this.store(name);
        return;
      default:
        for (const child of visibleChildren(node)) this.#visit(child, asParameter);
    }
  }

  #visitIf({ test, body, elifs, otherwise }: IfNode): void {
    this.#visit(test, false);
    const branches = [body, elifs, otherwise].map((nodes: readonly Statement[]) => {
      const branch = this.copy();
      branch.analyse(nodes);
      return branch;
    });
    this.merge(branches);
  }
}

/** The children that belong to the frame around a node: bodies with a frame of their own are left out. */
function visibleChildren(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'Assign':
      return [node.value, node.target];
    case 'For':
      return [node.items];
    case 'CallBlock':
      return node.call ? [node.call] : [];
    case 'FilterBlock':
      return [node.filter];
    case 'With':
      return node.values;
    case 'AssignBlock':
      return [node.target];
    default:
      return childrenOf(node);
  }
}

/** Which of the names are read in these nodes before something of the nodes itself bears them. */
export function undeclared(nodes: readonly Node[], names: readonly string[]): Set<string> {
  const open = new Set(names);
  const found = new Set<string>();
  const visit = (node: Node): void => {
    if (node.kind === 'Block') return;
    if (node.kind === 'Name') {
      if (node.use === 'load' && open.has(node.name)) found.add(node.name);
      else open.delete(node.name);
    }
    childrenOf(node).forEach(visit);
  };
  nodes.forEach(visit);
  return found;
}

/** Names that an assignment to this target gives a value. */
export function targetNames(target: Expression): string[] {
  if (target.kind === 'Name') return [target.name];
  return target.kind === 'Tuple' ? target.items.flatMap(targetNames) : [];
}
