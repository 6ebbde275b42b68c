/** What makes a version from others: an operation, its parameters, and rows dealt to parts one at a time. */
import type { z } from 'zod';
import type { PairQuery, StoredPair } from '../../../../preload/contract/datasets.ts';
import type { Named } from '../../../base/registry.ts';
import { DatasetError } from '../../records.ts';
import type { NewPair } from '../../store/pairs.ts';
import type { FoundVersion } from '../find.ts';

/** A version that is read. */
export interface RowSource extends FoundVersion {
  rows(): Iterable<StoredPair>;
  /** One row by its number; throws where it does not exist. */
  rowAt(index: number): StoredPair;
  /** Numbers of the rows that match, rising. */
  match(query: PairQuery): Int32Array;
  /** Numbers of the rows that a check of its quality report found, rising, and what the check is called; throws where there is none. */
  foundBy(check: string): { readonly title: string; readonly rows: Int32Array };
}

/** A row for a part; undefined: a row was looked at and goes nowhere, or others may run. */
export type Dealt = { readonly row: NewPair; readonly part: number } | undefined;

export interface Part {
  /** For the recipe: "filtered from NAME@1: no ties". */
  readonly words: string;
  /** What is added to the name of the first parent where no name is given: "-train"; "" = its next version. */
  readonly suffix: string;
}

export interface Plan {
  readonly parts: readonly Part[];
  /** How often all rows are read, for the progress. */
  readonly passes: number;
  deal(): Iterable<Dealt>;
}

export interface Operation extends Named {
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  /** Reads several versions. */
  readonly several: boolean;
  readonly params: z.ZodObject;
  /** Parameters as they are kept: what hangs on anything besides the rows (a quality report) is replaced by what it says now. */
  settle?(sources: readonly RowSource[], params: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Throws DatasetError for parameters that the rows do not allow. */
  plan(sources: readonly RowSource[], params: unknown): Plan;
}

interface Definition<Schema extends z.ZodObject> extends Omit<Operation, 'params' | 'plan'> {
  readonly params: Schema;
  plan(sources: readonly [RowSource, ...RowSource[]], params: z.output<Schema>): Plan;
}

/** Checks parameters and the number of versions before the operation sees them. */
export function defineOperation<Schema extends z.ZodObject>(definition: Definition<Schema>): Operation {
  const { id, several, params: schema } = definition;
  return {
    ...definition,
    plan(sources, params) {
      const [first, ...others] = sources;
      if (!first || several !== others.length > 0)
        throw new DatasetError(
          `${id} reads ${several ? 'at least two versions' : 'one version'}, found ${sources.length}`,
        );
      return definition.plan([first, ...others], paramsOf(id, schema, params));
    },
  };
}

/** A value that an operation does not take. */
export class OperationError extends Error {
  readonly code = 'bad_params';
  readonly exitCode = 2;
  constructor(message: string) {
    super(message);
    this.name = 'OperationError';
  }
}

/** Parameters with their defaults. Throws OperationError that names each problem. */
export function paramsOf<Schema extends z.ZodObject>(id: string, schema: Schema, params: unknown): z.output<Schema> {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'parameters'}: ${message}`);
  throw new OperationError(`${id}: ${problems.join('; ')}`);
}

export const nameOf = ({ dataset, version }: FoundVersion): string => `${dataset.name}@${version.number}`;

/** A seed of an operation: same seed, same rows. */
export const LARGEST_SEED = 2 ** 32 - 1;
