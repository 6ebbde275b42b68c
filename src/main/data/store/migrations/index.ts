/** Migrations in order: each is frozen once released; a change is a new file and a new line. */
import { first } from './0001-first.ts';
import { metricChunks } from './0002-metric-chunks.ts';
import { runOwners } from './0003-run-owners.ts';
import { cpuSeconds } from './0004-cpu-seconds.ts';
import { ratingItems } from './0005-rating-items.ts';
import { ratingQueues } from './0006-rating-queues.ts';
import { columnMappings } from './0007-column-mappings.ts';
import { runPlans } from './0008-run-plans.ts';
import { comparedRuns } from './0009-compared-runs.ts';
import { datasetDerivations } from './0010-dataset-derivations.ts';
import { rowDigests } from './0011-row-digests.ts';
import { queueOverlap } from './0012-queue-overlap.ts';

export interface Migration {
  readonly number: number;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  first,
  metricChunks,
  runOwners,
  cpuSeconds,
  ratingItems,
  ratingQueues,
  columnMappings,
  runPlans,
  comparedRuns,
  datasetDerivations,
  rowDigests,
  queueOverlap,
];
