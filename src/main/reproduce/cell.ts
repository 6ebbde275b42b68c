/** A cell: one piece of a study's work (data, a training run, a measurement), named by everything that decides its numbers, done once and kept. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { makeFolder } from '../base/make-folder.ts';
import type { Named } from '../base/registry.ts';
import { builtInModelFolder } from '../data/built-in-models.ts';
import { writeFileAtomic } from '../data/checkpoints/atomic.ts';

/** What a kind of cell works with. */
export interface CellContext {
  /** The cell's own, empty at the start. */
  readonly folder: string;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** "@role/file": a file of the cell needed under that role · the name of a built-in model · an absolute path. */
  path(name: string): string;
  onProgress(done: number, total: number): void;
  /** Call between pieces of work: lets messages in, throws when the cell is to stop. */
  breathe(): Promise<void>;
}

export interface CellKind<Result = unknown> extends Named {
  readonly result: z.ZodType<Result>;
  /** `spec` is parsed here; the result is JSON. */
  run(spec: unknown, context: CellContext): Promise<Result>;
}

export interface Cell<Result = unknown> {
  readonly kind: CellKind<Result>;
  /** For people: progress and errors. */
  readonly label: string;
  /** JSON. */
  readonly spec: unknown;
  /** Other cells by the role they have here. */
  readonly needs: Readonly<Record<string, Cell>>;
}

interface KindDefinition<Spec extends z.ZodType, Result extends z.ZodType> {
  readonly id: string;
  readonly spec: Spec;
  readonly result: Result;
  run(spec: z.output<Spec>, context: CellContext): Promise<z.output<Result>>;
}

/** A kind of cell, and the function that makes cells of it. */
export function defineKind<Spec extends z.ZodType, Result extends z.ZodType>(
  definition: KindDefinition<Spec, Result>,
): CellKind<z.output<Result>> & {
  cell(label: string, spec: z.input<Spec>, needs?: Cell['needs']): Cell<z.output<Result>>;
} {
  const { id, result } = definition;
  const kind = {
    id,
    result: result as z.ZodType<z.output<Result>>,
    run: (spec: unknown, context: CellContext) => definition.run(definition.spec.parse(spec), context),
  };
  return { ...kind, cell: (label, spec, needs = {}) => ({ kind, label, spec, needs }) };
}

/** Hex digits of a cell's name: 48 bits tell a few hundred cells apart. */
const NAME_DIGITS = 12;

/** Kind and a hash of specification and needs: other settings never meet the results of these. */
export function cellName({ kind, spec, needs }: Cell): string {
  const needed = Object.entries(needs).map(([role, cell]) => [role, cellName(cell)]);
  const text = JSON.stringify([kind.id, spec, needed]);
  return `${kind.id}-${createHash('sha256').update(text).digest('hex').slice(0, NAME_DIGITS)}`;
}

/** A cell as it goes to the process that does it. */
export const cellTask = z.object({
  kind: z.string(),
  label: z.string(),
  spec: z.unknown(),
  /** Folder names by role. */
  needs: z.record(z.string(), z.string()),
  /** Folder of all cells, absolute. */
  cells: z.string(),
  name: z.string(),
});
export type CellTask = z.output<typeof cellTask>;

export const taskOf = (cell: Cell, cells: string): CellTask => ({
  kind: cell.kind.id,
  label: cell.label,
  spec: cell.spec,
  needs: Object.fromEntries(Object.entries(cell.needs).map(([role, needed]) => [role, cellName(needed)])),
  cells,
  name: cellName(cell),
});

/** Written last: a folder with it is a finished cell. */
const RESULT = 'result.json';

const finished = z.object({ label: z.string(), spec: z.unknown(), cpu_seconds: z.number(), result: z.unknown() });

export const isDone = (cell: Cell, cells: string): boolean => existsSync(join(cells, cellName(cell), RESULT));

/** Does a cell from its start: what an earlier try left is removed, and the result arrives whole or not at all. */
export async function doCell(
  kind: CellKind,
  task: CellTask,
  how: Omit<CellContext, 'folder' | 'path' | 'breathe'>,
): Promise<void> {
  const folder = join(task.cells, task.name);
  rmSync(folder, { recursive: true, force: true });
  makeFolder(folder);
  const before = process.cpuUsage();
  const path = (name: string) => pathOf(task, name);
  const breathe = async () => {
    await setImmediate();
    how.signal.throwIfAborted();
  };
  const result = await kind.run(task.spec, { ...how, folder, path, breathe });
  how.signal.throwIfAborted();
  const { user, system } = process.cpuUsage(before);
  const { kind: id, label, spec, needs } = task;
  const document = { kind: id, label, spec, needs, cpu_seconds: (user + system) / 1e6, result };
  writeFileAtomic(join(folder, RESULT), `${JSON.stringify(document)}\n`);
}

function pathOf({ needs, cells, label }: CellTask, name: string): string {
  const [, role, rest] = /^@([\w-]+)\/?(.*)$/.exec(name) ?? [];
  if (role !== undefined) {
    if (needs[role] === undefined)
      throw new Error(`${label}: "${name}" names no cell it needs (${Object.keys(needs)})`);
    return join(cells, needs[role], rest);
  }
  const folder = isAbsolute(name) ? name : builtInModelFolder(name);
  if (folder === undefined) throw new Error(`${label}: there is no built-in model "${name}"`);
  return folder;
}

/** Results of finished cells. */
export interface CellResults {
  of<Result>(cell: Cell<Result>): Result;
  /** Of the cell and, once each, of all it needs. */
  cpuSeconds(cells: readonly Cell[]): number;
}

export function readResults(cells: string): CellResults {
  const read = (cell: Cell) => {
    const path = join(cells, cellName(cell), RESULT);
    return finished.parse(JSON.parse(readFileSync(path, 'utf8')));
  };
  return {
    of: (cell) => cell.kind.result.parse(read(cell).result),
    cpuSeconds: (list) => [...allCells(list).values()].reduce((total, cell) => total + read(cell).cpu_seconds, 0),
  };
}

/** The cells and all they need, by name; what is needed comes first. */
export function allCells(list: readonly Cell[]): Map<string, Cell> {
  const found = new Map<string, Cell>();
  const visit = (cell: Cell) => {
    const name = cellName(cell);
    if (found.has(name)) return;
    for (const needed of Object.values(cell.needs)) visit(needed);
    found.set(name, cell);
  };
  list.forEach(visit);
  return found;
}
