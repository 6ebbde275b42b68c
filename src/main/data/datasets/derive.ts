/** New versions from stored ones: an operation's rows written, or only hashed again to see whether the recipe still says what the version holds. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Derivation, DerivedVersion, VersionReference } from '../../../preload/contract/dataset-versions.ts';
import { DatasetError } from '../records.ts';
import { matchPairs } from '../store/pair-matches.ts';
import { iteratePairs, pairsAt } from '../store/pairs.ts';
import { getQuality, rowsOfCheck } from '../store/quality.ts';
import { type Store, transaction, type WritableStore } from '../store/store.ts';
import type { VersionRow } from '../store/versions.ts';
import { type FoundVersion, findVersion, requireVersion } from './find.ts';
import { operations } from './operations/index.ts';
import {
  type Dealt,
  nameOf,
  type Operation,
  OperationError,
  type Plan,
  type RowSource,
} from './operations/operation.ts';
import { countRow, factsOf, newTally, type Tally } from './tally.ts';
import { createContentHash, startVersion, type VersionWriter } from './version-writer.ts';

export interface DeriveOptions {
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface DeriveRequest {
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Datasets that get the parts; as the operation says without. */
  readonly names?: readonly string[];
}

/** Longest time without a moment in which others may run. */
const TURN_MS = 15;

const sourceOf = (store: Store, found: FoundVersion): RowSource => ({
  ...found,
  rows: () => iteratePairs(store, found.version.id),
  rowAt(index) {
    const [row] = pairsAt(store, found.version.id, [index]);
    if (row) return row;
    throw new DatasetError(`"${found.dataset.name}" has no row ${index}`);
  },
  match: (query) => matchPairs(store, found.version.id, { ...query, sort: 'row', descending: false }),
  foundBy(check) {
    const rows = rowsOfCheck(store, found.version.id, check);
    const finding = getQuality(store, found.version.id)?.findings.find(({ id }) => id === check);
    if (rows && finding) return { title: finding.title, rows };
    throw new DatasetError(
      `the quality report of ${nameOf(found)} has no check "${check}" with rows: make it with plumb datasets quality`,
    );
  },
});

export const referenceOf = ({ dataset, version }: FoundVersion): VersionReference => ({
  versionId: version.id,
  dataset: dataset.name,
  number: version.number,
  contentHash: version.contentHash,
});

/** Throws OperationError for an operation that does not exist. */
function operationOf(id: string): Operation {
  if (operations.has(id)) return operations.get(id);
  throw new OperationError(
    `there is no operation "${id}": ${operations.all.map((each) => each.id).join(', ')} were expected`,
  );
}

/** The operation with its parameters over these versions. */
const planOf = (store: Store, parents: readonly FoundVersion[], { operation, params }: DeriveRequest): Plan =>
  operationOf(operation).plan(
    parents.map((found) => sourceOf(store, found)),
    params,
  );

/** With parameters that say the same whenever they are applied. */
function settled(store: Store, parents: readonly FoundVersion[], request: DeriveRequest): DeriveRequest {
  const sources = parents.map((found) => sourceOf(store, found));
  const params = operationOf(request.operation).settle?.(sources, request.params) ?? request.params;
  return { ...request, params };
}

/** Hands every row to `take`, with pauses, and sees to it that no parent lost rows meanwhile. */
async function dealAll(
  store: Store,
  parents: readonly FoundVersion[],
  plan: Plan,
  take: (dealt: NonNullable<Dealt>) => void,
  { signal, onProgress }: DeriveOptions,
): Promise<void> {
  const total = plan.passes * parents.reduce((sum, { version }) => sum + version.rows, 0);
  let steps = 0;
  let turn = performance.now();
  for (const dealt of plan.deal()) {
    if (dealt) take(dealt);
    steps++;
    if (performance.now() - turn < TURN_MS) continue;
    onProgress?.(Math.min(steps, total), total);
    await othersTurn();
    signal?.throwIfAborted();
    turn = performance.now();
  }
  onProgress?.(total, total);
  for (const { dataset, version } of parents)
    if (!findVersion(store, version.id))
      throw new DatasetError(`the dataset "${dataset.name}" was removed while its rows were read`);
}

interface Part {
  readonly writer: VersionWriter;
  readonly tally: Tally;
}

/** The parts of a plan, or none of them when one cannot begin. */
function startParts(
  store: WritableStore,
  parents: readonly [FoundVersion, ...FoundVersion[]],
  plan: Plan,
  { operation, params, names }: DeriveRequest,
): Part[] {
  const [{ dataset }] = parents;
  const wanted = plan.parts.map(({ suffix }, part) => names?.[part] ?? `${dataset.name}${suffix}`);
  if (names && names.length !== wanted.length)
    throw new OperationError(`${operation} makes ${wanted.length} versions, found ${names.length} names`);
  const twice = wanted.find((name, part) => wanted.indexOf(name) < part);
  if (twice !== undefined) throw new DatasetError(`both parts would be called "${twice}"`);
  const references = parents.map(referenceOf);
  const parts: Part[] = [];
  try {
    for (const [part, { words: recipe }] of plan.parts.entries()) {
      const { kind, format, source } = dataset;
      const derivation: Derivation = { operation, params: { ...params }, part, parents: references };
      const writer = startVersion(store, { name: wanted[part], kind, format, source, recipe, derivation });
      parts.push({ writer, tally: newTally() });
    }
    return parts;
  } catch (error) {
    for (const { writer } of parts) writer.discard();
    throw error;
  }
}

/** Makes the versions of an operation: all become visible together, or none. Throws DatasetError when a part would be empty. */
export async function deriveVersions(
  store: WritableStore,
  parents: readonly FoundVersion[],
  asked: DeriveRequest,
  options: DeriveOptions = {},
): Promise<DerivedVersion[]> {
  const request = settled(store, parents, asked);
  const plan = planOf(store, parents, request);
  const [first, ...others] = parents;
  const parts = startParts(store, [first, ...others], plan, request);
  try {
    const take = ({ row, part }: NonNullable<Dealt>) => {
      countRow(row, parts[part].tally);
      parts[part].writer.add([row]);
    };
    await dealAll(store, parents, plan, take, options);
    const empty = parts.find(({ writer }) => writer.rows === 0);
    if (empty) throw new DatasetError(`no row of "${first.dataset.name}" is left for "${empty.writer.dataset.name}"`);
    for (const { writer } of parts) writer.flush();
    const made = transaction(store, () => parts.map(({ writer, tally }) => writer.finish(factsOf(tally), null)));
    return parts.map((part, i) => derivedOf(part, made[i]));
  } catch (error) {
    for (const { writer } of parts) writer.discard();
    throw error;
  }
}

const derivedOf = ({ writer }: Part, { id, number, rows, prompts, contentHash }: VersionRow): DerivedVersion => ({
  dataset: writer.dataset.name,
  datasetId: writer.dataset.id,
  version: number,
  versionId: id,
  rows,
  prompts,
  contentHash,
});

export interface Repeated {
  /** Hash of the rows that the recipe gives now. */
  readonly contentHash: string;
  readonly matches: boolean;
}

/** Applies a version's recipe to its parents again, writing nothing. Throws DatasetError where it was imported, or a parent is gone. */
export async function repeatDerivation(
  store: Store,
  { dataset, version }: FoundVersion,
  options: DeriveOptions = {},
): Promise<Repeated> {
  const { derivation } = version;
  if (!derivation)
    throw new DatasetError(`${dataset.name}@${version.number} was not made from another version: ${version.recipe}`);
  const gone = derivation.parents.find(({ versionId }) => findVersion(store, versionId) === undefined);
  if (gone) throw new DatasetError(`${gone.dataset}@${gone.number}, which it was made from, does not exist any more`);
  const parents = derivation.parents.map(({ versionId }) => requireVersion(store, versionId));
  const hash = createContentHash();
  const take = ({ row, part }: NonNullable<Dealt>) => {
    if (part === derivation.part) hash.add(row);
  };
  await dealAll(store, parents, planOf(store, parents, derivation), take, options);
  const contentHash = hash.hex();
  return { contentHash, matches: contentHash === version.contentHash };
}
