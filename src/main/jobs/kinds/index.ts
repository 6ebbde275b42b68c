/** Kinds of job that a job process can do: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { JobKind } from '../kind.ts';
import { compareRuns } from './compare-runs.ts';
import { datasetQuality } from './dataset-quality.ts';
import { lab } from './lab.ts';
import { modelExport } from './model-export.ts';
import { modelImport } from './model-import.ts';
import { modelLint } from './model-lint.ts';
import { plan } from './plan.ts';
import { ratingQueue } from './rating-queue.ts';
import { reproduceCell } from './reproduce-cell.ts';
import { taskCompare } from './task-compare.ts';
import { taskPairs } from './task-pairs.ts';
import { taskStart } from './task-start.ts';
import { train } from './train.ts';

export const jobKinds = registry<JobKind>('kind of job', [
  train,
  taskStart,
  taskPairs,
  taskCompare,
  reproduceCell,
  modelImport,
  modelExport,
  modelLint,
  lab,
  ratingQueue,
  compareRuns,
  datasetQuality,
  plan,
]);
