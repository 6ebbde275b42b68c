/** A next version of a dataset after people rated its pairs anew: turned where they prefer the other answer, ties marked, and who said so kept with the row. */
import type { StoredPair } from '../../../preload/contract/datasets.ts';
import { DatasetError } from '../records.ts';
import { iteratePairs } from '../store/pairs.ts';
import { transaction, type WritableStore } from '../store/store.ts';
import type { FoundVersion } from './find.ts';
import { countRow, factsOf, newTally } from './tally.ts';
import { startVersion } from './version-writer.ts';

/** What people say of one row: "first" is the answer that the version calls chosen. */
export interface Rerating {
  readonly verdict: 'first' | 'second' | 'tie';
  readonly raters: readonly string[];
  /** Each person's own verdict, for the record. */
  readonly verdicts: readonly string[];
}

export interface Rerated {
  readonly dataset: string;
  readonly version: number;
  readonly versionId: string;
  readonly rows: number;
  readonly rated: number;
  /** Rows whose chosen answer is another one now, or that became or ceased to be a tie. */
  readonly changed: number;
}

function rerated(pair: StoredPair, { verdict, raters, verdicts }: Rerating, queue: string): StoredPair {
  const turned = verdict === 'second';
  const tie = verdict === 'tie';
  const { chosen, rejected, scoreChosen, scoreRejected, margin, metadata } = pair;
  return {
    ...pair,
    chosen: turned ? rejected : chosen,
    rejected: turned ? chosen : rejected,
    scoreChosen: turned ? scoreRejected : scoreChosen,
    scoreRejected: turned ? scoreChosen : scoreRejected,
    margin: turned && margin !== null ? -margin : margin,
    tie,
    annotator: raters.join(', '),
    metadata: {
      ...metadata,
      rerated: { queue, raters, verdicts, before: { annotator: pair.annotator, tie: pair.tie }, turned },
    },
  };
}

/** All rows of the version, those of `ratings` (by row number) as people say. Throws DatasetError when nothing was rated. */
export function rerateVersion(
  store: WritableStore,
  from: FoundVersion,
  queue: string,
  ratings: ReadonlyMap<number, Rerating>,
): Rerated {
  const { dataset, version } = from;
  if (ratings.size === 0) throw new DatasetError(`no pair of "${queue}" is rated yet`);
  const raters = [...new Set([...ratings.values()].flatMap((each) => each.raters))].sort();
  const recipe = `${ratings.size} pairs of ${dataset.name}@${version.number} rated anew by ${raters.join(', ')} in ${queue}`;
  const { name, kind, format, source } = dataset;
  const writer = startVersion(store, { name, kind, format, source, recipe });
  const tally = newTally();
  let changed = 0;
  try {
    for (const pair of iteratePairs(store, version.id)) {
      const rating = ratings.get(pair.index);
      const row = rating ? rerated(pair, rating, queue) : pair;
      if (rating && (rating.verdict === 'second' || row.tie !== pair.tie)) changed++;
      countRow(row, tally);
      writer.add([row]);
    }
    writer.flush();
    transaction(store, () => writer.finish(factsOf(tally), null));
  } catch (error) {
    writer.discard();
    throw error;
  }
  const { id: versionId, number } = writer.version;
  return { dataset: name, version: number, versionId, rows: writer.rows, rated: ratings.size, changed };
}
