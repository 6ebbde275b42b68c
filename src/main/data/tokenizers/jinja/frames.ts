/**
 * Where a template's names have their values when it runs. Frames, and which of them a name belongs to, are Jinja2's (jinja2/compiler.py): each part that is a
 * Python function there has slots of its own here, and sees those of the functions around it as they are when it runs.
 */
import { TemplateSyntaxError } from './lexer.ts';
import type { Expression } from './nodes.ts';
import { type Activation, unpack } from './runtime.ts';
import { type Load, Symbols, targetNames } from './symbols.ts';
import { Instance, PythonError, Undefined, type Value } from './values.ts';

export type Evaluate = (at: Activation) => Value;
export type Assign = (at: Activation, value: Value) => void;

/** A part of the template that is a function for Jinja2: its slots by name and level. */
export class Scope {
  readonly parent: Scope | null;
  readonly #places = new Map<string, number>();
  constructor(parent: Scope | null) {
    this.parent = parent;
  }
  declare(slot: string): number {
    const place = this.#places.get(slot) ?? this.#places.size;
    this.#places.set(slot, place);
    return place;
  }
  /** How many functions outside, and which of its slots. */
  find(slot: string): { out: number; place: number } {
    let out = 0;
    for (let scope: Scope | null = this; scope; scope = scope.parent, out++) {
      const place = scope.#places.get(slot);
      if (place !== undefined) return { out, place };
    }
    throw new Error(`no function holds '${slot}'`);
  }
}

export interface Frame {
  readonly symbols: Symbols;
  readonly scope: Scope;
  /** At the template's outermost level, within `if` or not. */
  readonly isTop: boolean;
  /** Within `if`: unknown filters are errors only when they are met. */
  readonly isSoft: boolean;
  /** Loops of the same function around. */
  readonly loops: number;
}

export const inner = (frame: Frame, scope = frame.scope): Frame => ({
  symbols: new Symbols(frame.symbols),
  scope,
  isTop: false,
  isSoft: false,
  loops: scope === frame.scope ? frame.loops : 0,
});

/** What a filter or set block has written, as its filter finds it. */
export const CAPTURED = ' captured';

/** Throws TemplateSyntaxError. */
export function failAt(message: string, line: number): never {
  throw new TemplateSyntaxError(message, line);
}

/** Gives the names of a frame their first values. */
export function enterFrame({ symbols, scope }: Frame): (at: Activation) => void {
  const loads = [...symbols.loads].map(([slot, load]) => ({ place: scope.declare(slot), load }));
  const steps = loads.flatMap(({ place, load }) => {
    const value = firstValue(load, scope);
    return value ? [{ place, value }] : [];
  });
  return (at) => {
    for (const { place, value } of steps) at.slots[place] = value(at);
  };
}

function firstValue(load: Load, scope: Scope): ((at: Activation) => Value | undefined) | null {
  if (load.how === 'parameter') return null;
  if (load.how === 'resolve') return (at) => at.context.resolve(load.name);
  return load.how === 'alias' ? readSlot(scope, load.slot) : () => undefined;
}

/** After a frame its names have no values: macros made in it may still ask. */
export function leaveFrame({ symbols, scope }: Frame): (at: Activation) => void {
  const places = [...symbols.loads.keys()].map((slot) => scope.declare(slot));
  return (at) => {
    for (const place of places) at.slots[place] = undefined;
  };
}

export function readSlot(scope: Scope, slot: string): (at: Activation) => Value | undefined {
  const { out, place } = scope.find(slot);
  if (out === 0) return (at) => at.slots[place];
  return (at) => {
    let holder: Activation | null = at;
    for (let i = 0; i < out && holder; i++) holder = holder.parent;
    return holder?.slots[place];
  };
}

export function readName(frame: Frame, name: string): Evaluate {
  const read = readSlot(frame.scope, frame.symbols.slot(name));
  return (at) => {
    const value = read(at);
    return value === undefined ? new Undefined(`'${name}' is undefined`) : value;
  };
}

export function assignTo(target: Expression, frame: Frame): Assign {
  switch (target.kind) {
    case 'Name': {
      const place = frame.scope.declare(frame.symbols.slot(target.name));
      return (at, value) => {
        at.slots[place] = value;
      };
    }
    case 'AttributeTarget': {
      const object = readName(frame, target.name);
      return (at, value) => namespaceOf(object(at))(target.attribute, value);
    }
    case 'Tuple': {
      const parts = target.items.map((item) => assignTo(item, frame));
      return (at, value) => {
        const items = unpack(value, parts.length);
        for (const [i, part] of parts.entries()) part(at, items[i]);
      };
    }
  }
  return failAt(`can't assign to '${target.kind.toLowerCase()}'`, target.line);
}

/** An assignment of the template's, which blocks see if it stands at the outermost level. */
export function setTo(target: Expression, frame: Frame): Assign {
  const assign = assignTo(target, frame);
  if (!frame.isTop) return assign;
  const slots = targetNames(target).map((name) => [name, readSlot(frame.scope, frame.symbols.slot(name))] as const);
  return (at, value) => {
    assign(at, value);
    for (const [name, slot] of slots) at.context.variables.set(name, slot(at) ?? null);
  };
}

/** How to set an attribute of a namespace. Throws for what is none. */
export function namespaceOf(value: Value): (name: string, value: Value) => void {
  const assign = value instanceof Instance ? value.parts.assign : undefined;
  if (!assign) throw new PythonError('TemplateError', 'cannot assign attribute on non-namespace object');
  return assign;
}
