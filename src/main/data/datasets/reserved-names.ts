/** Names of columns that mean something beside the formats' own. */

/** Before a name of metadata that a reader would take for a part of the row. */
export const METADATA_PREFIX = 'metadata:';

/** What sets call the scores of both answers besides TRL's names. */
export const SCORES: readonly (readonly [chosen: string, rejected: string])[] = ['rating', 'score', 'reward'].flatMap(
  (name) =>
    [
      [`chosen_${name}`, `rejected_${name}`],
      [`chosen-${name}`, `rejected-${name}`],
      [`${name}_chosen`, `${name}_rejected`],
    ] as const,
);
