/** Table `runs`: what was trained, how, and how far it came. */
import type { RunDetail, RunPlan, RunStatus, RunSummary } from '../../../preload/contract/runs.ts';
import { listCheckpoints } from './checkpoints.ts';
import { listRunData } from './run-data.ts';
import type { Store, WritableStore } from './store.ts';

export interface NewRun {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly model: string | null;
  readonly referenceModel: string | null;
  readonly dataset: string | null;
  readonly group: string | null;
  readonly maxSteps: number;
  readonly createdAt: string;
  readonly outputDir: string;
  /** What relative paths of the config are relative to; null where it holds names of the workspace only. */
  readonly baseFolder?: string | null;
}

export interface RunPatch {
  readonly status?: RunStatus;
  readonly step?: number;
  readonly maxSteps?: number;
  readonly secondsLeft?: number | null;
  readonly startedAt?: string;
  readonly endedAt?: string | null;
  readonly error?: string | null;
  readonly seconds?: number;
  readonly cpuSeconds?: number;
  readonly tokensPerSecond?: number;
  readonly peakMemoryBytes?: number;
  readonly secondsPerStep?: number;
  readonly plan?: RunPlan;
  readonly referenceModel?: string | null;
  readonly pid?: number | null;
  /** When that process was started, in the system's count. */
  readonly pidStarted?: number | null;
  /** With its defaults, once the method has read it. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly latest?: Readonly<Record<string, number | null>>;
  readonly tags?: readonly string[];
  readonly notes?: string;
  readonly priority?: number;
}

/** Field → column; a patch can set nothing else. */
const PATCHABLE: Readonly<Record<keyof RunPatch, string>> = {
  status: 'status',
  step: 'step',
  maxSteps: 'max_steps',
  secondsLeft: 'seconds_left',
  startedAt: 'started_at',
  endedAt: 'ended_at',
  error: 'error',
  seconds: 'seconds',
  cpuSeconds: 'cpu_seconds',
  tokensPerSecond: 'tokens_per_second',
  peakMemoryBytes: 'peak_memory_bytes',
  secondsPerStep: 'seconds_per_step',
  plan: 'plan',
  referenceModel: 'reference_model',
  pid: 'pid',
  pidStarted: 'pid_started',
  config: 'config',
  latest: 'latest',
  tags: 'tags',
  notes: 'notes',
  priority: 'priority',
};

export function insertRun(store: WritableStore, run: NewRun): void {
  store
    .prepare(`INSERT INTO runs (id, name, method, status, config, model, reference_model, dataset, run_group, max_steps, created_at, output_dir, base_folder)
      VALUES (@id, @name, @method, 'queued', @config, @model, @referenceModel, @dataset, @group, @maxSteps, @createdAt, @outputDir, @baseFolder)`)
    .run({ ...run, baseFolder: run.baseFolder ?? null, config: JSON.stringify(run.config) });
}

export function updateRun(store: WritableStore, id: string, patch: RunPatch): void {
  const keys = (Object.keys(patch) as (keyof RunPatch)[]).filter((key) => patch[key] !== undefined);
  if (keys.length === 0) return;
  const assignments = keys.map((key) => `${PATCHABLE[key]} = @${key}`).join(', ');
  const values = { ...patch, id, ...jsonOf(patch) };
  store.prepare(`UPDATE runs SET ${assignments} WHERE id = @id`).run(values);
}

const jsonOf = ({ latest, config, plan, tags }: RunPatch): Record<string, string> => ({
  ...(tags ? { tags: JSON.stringify(tags) } : {}),
  ...(latest ? { latest: JSON.stringify(latest) } : {}),
  ...(config ? { config: JSON.stringify(config) } : {}),
  ...(plan ? { plan: JSON.stringify(plan) } : {}),
});

const SUMMARY = `id, name, method, status, model, reference_model AS referenceModel, dataset, run_group AS "group", step, max_steps AS maxSteps,
  seconds_left AS secondsLeft, created_at AS createdAt, started_at AS startedAt, ended_at AS endedAt, error, tags, notes, priority, latest,
  (SELECT count(*) FROM rating_items AS i WHERE i.run_id = runs.id AND i.taken = 0
    AND NOT EXISTS (SELECT 1 FROM ratings WHERE item_id = i.id)) AS ratingsWaiting`;

type SummaryRow = Omit<RunSummary, 'latest' | 'tags'> & { latest: string; tags: string };

const toSummary = (row: SummaryRow): RunSummary => ({
  ...row,
  latest: JSON.parse(row.latest) as RunSummary['latest'],
  tags: JSON.parse(row.tags) as string[],
});

/** Newest first. */
export function listRuns(store: Store): RunSummary[] {
  return (store.prepare(`SELECT ${SUMMARY} FROM runs ORDER BY created_at DESC, rowid DESC`).all() as SummaryRow[]).map(
    toSummary,
  );
}

/** Queued, running and paused ones. */
export function listUnfinishedRuns(store: Store): RunSummary[] {
  const rows = store.prepare(`SELECT ${SUMMARY} FROM runs WHERE status IN ('queued', 'running', 'paused')`).all();
  return (rows as SummaryRow[]).map(toSummary);
}

export function getRunSummary(store: Store, id: string): RunSummary | undefined {
  const row = store.prepare(`SELECT ${SUMMARY} FROM runs WHERE id = ?`).get(id) as SummaryRow | undefined;
  return row && toSummary(row);
}

export interface RunRecord extends RunDetail {
  readonly outputDir: string;
  readonly baseFolder: string | null;
  readonly pid: number | null;
  readonly pidStarted: number | null;
}

type DetailRow = SummaryRow & {
  config: string;
  seconds: number | null;
  cpuSeconds: number | null;
  tokensPerSecond: number | null;
  peakMemoryBytes: number | null;
  secondsPerStep: number | null;
  plan: string | null;
  outputDir: string;
  baseFolder: string | null;
  pid: number | null;
  pidStarted: number | null;
};

export function getRun(store: Store, id: string): RunRecord | undefined {
  const row = store
    .prepare(`SELECT ${SUMMARY}, config, seconds, cpu_seconds AS cpuSeconds, tokens_per_second AS tokensPerSecond, peak_memory_bytes AS peakMemoryBytes, seconds_per_step AS secondsPerStep, plan,
      output_dir AS outputDir, base_folder AS baseFolder, pid, pid_started AS pidStarted FROM runs WHERE id = ?`)
    .get(id) as DetailRow | undefined;
  if (!row) return undefined;
  return {
    ...toSummary(row),
    config: JSON.parse(row.config) as Record<string, unknown>,
    seconds: row.seconds,
    cpuSeconds: row.cpuSeconds,
    tokensPerSecond: row.tokensPerSecond,
    peakMemoryBytes: row.peakMemoryBytes,
    secondsPerStep: row.secondsPerStep,
    plan: row.plan === null ? null : (JSON.parse(row.plan) as RunPlan),
    checkpoints: listCheckpoints(store, id).map(({ step, bytes, createdAt }) => ({ step, bytes, createdAt })),
    data: listRunData(store, id),
    outputDir: row.outputDir,
    baseFolder: row.baseFolder,
    pid: row.pid,
    pidStarted: row.pidStarted,
  };
}

export function findRunByName(store: Store, name: string): string | undefined {
  return (store.prepare('SELECT id FROM runs WHERE name = ?').get(name) as { id: string } | undefined)?.id;
}

/** "offline-dpo-helpful" → "offline-dpo-helpful-01", the first number that no run has and that `isFree` allows. */
export function nextRunName(store: Store, base: string, isFree: (name: string) => boolean = () => true): string {
  for (let n = 1; ; n++) {
    const name = `${base}-${String(n).padStart(2, '0')}`;
    if (!findRunByName(store, name) && isFree(name)) return name;
  }
}

/** The newest run that wrote into this folder. */
export function findRunByFolder(store: Store, outputDir: string): string | undefined {
  const row = store
    .prepare('SELECT id FROM runs WHERE output_dir = ? ORDER BY created_at DESC, rowid DESC')
    .get(outputDir);
  return (row as { id: string } | undefined)?.id;
}

export function removeRun(store: WritableStore, id: string): boolean {
  return store.prepare('DELETE FROM runs WHERE id = ?').run(id).changes > 0;
}
