/** Writes what a job reports into the store: one transaction a batch, and the events that watchers see. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent, RunSummary } from '../../preload/contract/runs.ts';
import {
  type CheckpointRow,
  insertCheckpoint,
  keepCheckpoints,
  latestCheckpoint,
  listCheckpoints,
} from '../data/store/checkpoints.ts';
import { appendLog } from '../data/store/log.ts';
import { appendMetrics, deleteMetricsAfter } from '../data/store/metrics.ts';
import { getRun, getRunSummary, type RunPatch, type RunRecord, updateRun } from '../data/store/runs.ts';
import { appendSamples, deleteSamplesAfter } from '../data/store/samples.ts';
import { type Store, transaction, type WritableStore } from '../data/store/store.ts';
import type { JobEvent } from './messages.ts';
import { logLinesOf } from './run-log.ts';

/** States of a run that is not over. */
export const UNFINISHED: readonly string[] = ['running', 'paused', 'queued'];

export class UnknownRun extends Error {
  readonly code = 'not_found';
  constructor(id: string) {
    super(`there is no run "${id}"`);
    this.name = 'UnknownRun';
  }
}

/** The run is not in a state that allows what was asked. */
export class RunStateError extends Error {
  readonly code = 'wrong_state';
  constructor(message: string) {
    super(message);
    this.name = 'RunStateError';
  }
}

/** The summary of a run that must exist. */
export function summaryOf(store: Store, id: string): RunSummary {
  const run = getRunSummary(store, id);
  if (!run) throw new UnknownRun(id);
  return run;
}

/** All that is known of a run that must exist. */
export function recordOf(store: Store, id: string): RunRecord {
  const run = getRun(store, id);
  if (!run) throw new UnknownRun(id);
  return run;
}

/** Stores a batch in one transaction; returns what watchers are told, in at most four messages. */
export function recordEvents(store: WritableStore, runId: string, events: readonly JobEvent[], now: Date): RunEvent[] {
  const points = events.flatMap((e) => (e.type === 'metrics' ? [e.point] : []));
  const samples = events.flatMap((e) => (e.type === 'samples' ? e.samples : []));
  const lines = logLinesOf(events, now);
  return transaction(store, () => {
    if (points.length > 0) appendMetrics(store, runId, points);
    if (samples.length > 0) appendSamples(store, runId, samples);
    if (lines.length > 0) appendLog(store, runId, lines);
    for (const e of events)
      if (e.type === 'checkpoint')
        insertCheckpoint(store, runId, {
          step: e.step,
          folder: e.folder,
          bytes: e.bytes,
          createdAt: now.toISOString(),
        });
    updateRun(store, runId, patchOf(summaryOf(store, runId), events));
    return [
      ...(points.length > 0 ? [{ type: 'metrics', points } as const] : []),
      ...(samples.length > 0 ? [{ type: 'samples', samples } as const] : []),
      ...(lines.length > 0 ? [{ type: 'log', lines } as const] : []),
      { type: 'summary', run: summaryOf(store, runId) } as const,
    ];
  });
}

/** Step, time left and latest metrics after a batch. */
function patchOf(run: RunSummary, events: readonly JobEvent[]): RunPatch {
  let { step, maxSteps, secondsLeft } = run;
  let referenceModel: string | null | undefined;
  let config: RunPatch['config'];
  let plan: RunPatch['plan'];
  const latest = { ...run.latest };
  for (const event of events) {
    if (event.type === 'started') {
      maxSteps = event.maxSteps;
      if (event.referenceModel !== undefined) referenceModel = event.referenceModel;
    } else if (event.type === 'config') config = event.config;
    else if (event.type === 'planned') plan = event.plan;
    else if (event.type === 'progress') ({ step, maxSteps, secondsLeft } = event);
    else if (event.type === 'metrics') {
      Object.assign(latest, event.point.values);
      step = Math.max(step, event.point.step);
    }
  }
  return { step, maxSteps, secondsLeft, latest, referenceModel, config, plan };
}

/** Forgets everything after the newest checkpoint, as a resume will do it once more; returns that checkpoint's step, 0 without one. */
export function rewindToCheckpoint(store: WritableStore, runId: string): number {
  const step = latestCheckpoint(store, runId)?.step ?? 0;
  transaction(store, () => {
    deleteMetricsAfter(store, runId, step === 0 ? -1 : step);
    deleteSamplesAfter(store, runId, step === 0 ? -1 : step);
    updateRun(store, runId, { step, secondsLeft: null, endedAt: null, error: null });
  });
  return step;
}

/** Makes the record of checkpoints what is on the disk: a job keeps the newest few, and may have died before it told of the last one. */
export function reconcileCheckpoints(store: WritableStore, runId: string, outputDir: string): void {
  const found = checkpointsOnDisk(outputDir);
  keepCheckpoints(
    store,
    runId,
    found.map(({ step }) => step),
  );
  const known = listCheckpoints(store, runId).map(({ step }) => step);
  for (const checkpoint of found) if (!known.includes(checkpoint.step)) insertCheckpoint(store, runId, checkpoint);
}

/** A checkpoint is moved to its place when it is complete, so whatever has the name is whole. */
function checkpointsOnDisk(outputDir: string): CheckpointRow[] {
  if (!existsSync(outputDir)) return [];
  return readdirSync(outputDir).flatMap((name) => {
    const step = /^checkpoint-(\d+)$/.exec(name)?.[1];
    if (step === undefined) return [];
    const folder = join(outputDir, name);
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.reduce((total, file) => total + statSync(join(folder, file.name)).size, 0);
    return [{ step: Number(step), folder, bytes, createdAt: statSync(folder).mtime.toISOString() }];
  });
}

/** What a user can do about a job that ended by itself. */
export function afterCrash(store: Store, runId: string): string {
  const step = latestCheckpoint(store, runId)?.step;
  return step === undefined
    ? 'it has no checkpoint: resuming starts it anew'
    : `resume from the checkpoint of step ${step}`;
}
