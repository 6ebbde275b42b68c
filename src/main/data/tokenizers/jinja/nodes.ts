/** The syntax tree of a template, shaped as Jinja2's: the order of children decides what a name means. */
import type { Value } from './values.ts';

export interface NameNode {
  readonly kind: 'Name';
  readonly name: string;
  use: 'load' | 'store' | 'param';
  readonly line: number;
}
interface AttributeTarget {
  readonly kind: 'AttributeTarget';
  readonly name: string;
  readonly attribute: string;
  readonly line: number;
}
interface TupleNode {
  readonly kind: 'Tuple';
  readonly items: readonly Expression[];
  readonly line: number;
}
export interface Arguments {
  readonly positional: readonly Expression[];
  readonly keywords: readonly (readonly [string, Expression])[];
  readonly spread: Expression | null;
  readonly keywordSpread: Expression | null;
}
export interface CallNode {
  readonly kind: 'Call';
  readonly callee: Expression;
  readonly args: Arguments;
  readonly line: number;
}
export interface FilterNode {
  readonly kind: 'Filter';
  /** Null in filter blocks: what was written so far. */
  readonly value: Expression | null;
  readonly name: string;
  readonly args: Arguments;
  readonly line: number;
}

export type BinarySign = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

export type Expression =
  | NameNode
  | AttributeTarget
  | TupleNode
  | CallNode
  | FilterNode
  | { readonly kind: 'Text'; readonly text: string; readonly line: number }
  | { readonly kind: 'Constant'; readonly value: Value; readonly line: number }
  | { readonly kind: 'List'; readonly items: readonly Expression[]; readonly line: number }
  | { readonly kind: 'Dict'; readonly entries: readonly (readonly [Expression, Expression])[]; readonly line: number }
  | {
      readonly kind: 'Test';
      readonly value: Expression;
      readonly name: string;
      readonly args: Arguments;
      readonly line: number;
    }
  | { readonly kind: 'Attribute'; readonly value: Expression; readonly name: string; readonly line: number }
  | { readonly kind: 'Item'; readonly value: Expression; readonly index: Expression; readonly line: number }
  | {
      readonly kind: 'Slice';
      readonly start: Expression | null;
      readonly stop: Expression | null;
      readonly step: Expression | null;
      readonly line: number;
    }
  | {
      readonly kind: 'Binary';
      readonly sign: BinarySign;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | { readonly kind: 'And' | 'Or'; readonly left: Expression; readonly right: Expression; readonly line: number }
  | { readonly kind: 'Not' | 'Negative' | 'Positive'; readonly value: Expression; readonly line: number }
  | { readonly kind: 'Concat'; readonly parts: readonly Expression[]; readonly line: number }
  | {
      readonly kind: 'Compare';
      readonly first: Expression;
      readonly rest: readonly { readonly sign: Comparison; readonly value: Expression }[];
      readonly line: number;
    }
  | {
      readonly kind: 'Condition';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression | null;
      readonly line: number;
    };

/** A function of the template: parameters (the last ones with defaults) and a body. */
export interface Signature {
  readonly parameters: readonly NameNode[];
  readonly defaults: readonly Expression[];
}
export interface ForNode {
  readonly kind: 'For';
  readonly target: Expression;
  readonly items: Expression;
  readonly test: Expression | null;
  readonly recursive: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
  readonly line: number;
}
export interface IfNode {
  readonly kind: 'If';
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly elifs: readonly IfNode[];
  readonly otherwise: readonly Statement[];
  readonly line: number;
}
export interface MacroNode extends Signature {
  readonly kind: 'Macro';
  readonly name: string;
  readonly body: readonly Statement[];
  readonly line: number;
}
/** `{% call %}`, and `{% generation %}`, which calls the tracker. */
export interface CallBlockNode extends Signature {
  readonly kind: 'CallBlock';
  readonly call: CallNode | null;
  readonly body: readonly Statement[];
  readonly line: number;
}
export interface BlockNode {
  readonly kind: 'Block';
  readonly name: string;
  readonly scoped: boolean;
  readonly required: boolean;
  readonly body: readonly Statement[];
  readonly line: number;
}

export type Statement =
  | ForNode
  | IfNode
  | MacroNode
  | CallBlockNode
  | BlockNode
  | { readonly kind: 'Output'; readonly parts: readonly Expression[]; readonly line: number }
  | { readonly kind: 'Assign'; readonly target: Expression; readonly value: Expression; readonly line: number }
  | {
      readonly kind: 'AssignBlock';
      readonly target: Expression;
      readonly filter: FilterNode | null;
      readonly body: readonly Statement[];
      readonly line: number;
    }
  | {
      readonly kind: 'FilterBlock';
      readonly filter: FilterNode;
      readonly body: readonly Statement[];
      readonly line: number;
    }
  | {
      readonly kind: 'With';
      readonly targets: readonly Expression[];
      readonly values: readonly Expression[];
      readonly body: readonly Statement[];
      readonly line: number;
    }
  | { readonly kind: 'Scope'; readonly option: Expression; readonly body: readonly Statement[]; readonly line: number }
  /** include, import, from and extends: there is no other template to be found. */
  | {
      readonly kind: 'Other';
      readonly tag: string;
      readonly template: Expression;
      readonly stores: readonly string[];
      readonly line: number;
    }
  | { readonly kind: 'Break' | 'Continue'; readonly line: number };

export type Node = Expression | Statement;

const argumentNodes = ({ positional, keywords, spread, keywordSpread }: Arguments): Expression[] =>
  [...positional, ...keywords.map(([, value]) => value), spread, keywordSpread].filter((each) => each !== null);

/** Direct children in the order Jinja2 visits them. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'Name':
    case 'AttributeTarget':
    case 'Text':
    case 'Constant':
    case 'Break':
    case 'Continue':
      return [];
    case 'Tuple':
    case 'List':
      return node.items;
    case 'Dict':
      return node.entries.flat();
    case 'Call':
      return [node.callee, ...argumentNodes(node.args)];
    case 'Filter':
    case 'Test':
      return [...(node.value ? [node.value] : []), ...argumentNodes(node.args)];
    case 'Attribute':
    case 'Not':
    case 'Negative':
    case 'Positive':
      return [node.value];
    case 'Item':
      return [node.value, node.index];
    case 'Slice':
      return [node.start, node.stop, node.step].filter((each) => each !== null);
    case 'Binary':
    case 'And':
    case 'Or':
      return [node.left, node.right];
    case 'Concat':
      return node.parts;
    case 'Compare':
      return [node.first, ...node.rest.map(({ value }) => value)];
    case 'Condition':
      return [node.test, node.yes, ...(node.no ? [node.no] : [])];
    case 'For':
      return [node.target, node.items, ...node.body, ...node.otherwise, ...(node.test ? [node.test] : [])];
    case 'If':
      return [node.test, ...node.body, ...node.elifs, ...node.otherwise];
    case 'Macro':
      return [...node.parameters, ...node.defaults, ...node.body];
    case 'CallBlock':
      return [...(node.call ? [node.call] : []), ...node.parameters, ...node.defaults, ...node.body];
    case 'Block':
      return node.body;
    case 'Output':
      return node.parts;
    case 'Assign':
      return [node.target, node.value];
    case 'AssignBlock':
      return [node.target, ...(node.filter ? [node.filter] : []), ...node.body];
    case 'FilterBlock':
      return [...node.body, node.filter];
    case 'With':
      return [...node.targets, ...node.values, ...node.body];
    case 'Scope':
      return [node.option, ...node.body];
    case 'Other':
      return [node.template];
  }
}

/** All nodes below these, them included. */
export function* walk(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    yield* walk(childrenOf(node));
  }
}
