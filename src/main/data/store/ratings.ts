/** Table `ratings`: judgements of people; acknowledged only when they are on the disk. */
import { type Store, type WritableStore, withFullSync } from './store.ts';

export interface RatingRow {
  readonly id: string;
  readonly prompt: string;
  readonly completionA: string;
  readonly completionB: string;
  readonly modelA: string | null;
  readonly modelB: string | null;
  readonly verdict: 'a' | 'b' | 'tie' | 'both_bad';
  readonly qualityA: number | null;
  readonly qualityB: number | null;
  readonly rater: string;
  readonly comment: string | null;
  readonly createdAt: string;
}

/** Returns when the row survives a power cut. */
export function insertRating(store: WritableStore, row: RatingRow): void {
  withFullSync(store, () =>
    store
      .prepare(`INSERT INTO ratings (id, prompt, completion_a, completion_b, model_a, model_b, verdict, quality_a, quality_b, rater, comment, created_at)
        VALUES (@id, @prompt, @completionA, @completionB, @modelA, @modelB, @verdict, @qualityA, @qualityB, @rater, @comment, @createdAt)`)
      .run(row),
  );
}

export function listRatings(store: Store): RatingRow[] {
  return store
    .prepare(`SELECT id, prompt, completion_a AS completionA, completion_b AS completionB, model_a AS modelA, model_b AS modelB, verdict,
      quality_a AS qualityA, quality_b AS qualityB, rater, comment, created_at AS createdAt FROM ratings ORDER BY created_at, id`)
    .all() as RatingRow[];
}
