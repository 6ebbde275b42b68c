/** Fills a workspace before the app starts, through the program's own functions: a small model, and preference pairs. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../src/main/base/random.ts';
import { writeSyntheticPairs } from '../../src/main/bench/synthetic-pairs.ts';
import { importFile } from '../../src/main/data/datasets/import.ts';
import { openStore } from '../../src/main/data/store/open.ts';
import type { WritableStore } from '../../src/main/data/store/store.ts';
import { registerModel } from '../../src/main/host/model-registry.ts';
import { prepareWorkspace, resolveWorkspace, type Workspace } from '../../src/main/host/workspace.ts';
import { tasks } from '../../src/main/tasks/index.ts';
import { TASK_MODEL, taskModelOptions, writeTaskModel } from '../../src/main/train/task-model.ts';
import { insertMade, type Made, runId } from '../fixtures/compared-runs.ts';

/** Preferences of people, where they are at hand (rasbt's instruction data). */
const PEOPLES_PAIRS = join(
  import.meta.dirname,
  '../../../shared/data/preference/rasbt_instruction-data-with-preference.json',
);

export const MODEL = 'tiny-helpful';
export const PAIRS = 'pairs';
const SEED = 7;

async function withStore(home: string, fill: (store: WritableStore, workspace: Workspace) => unknown): Promise<void> {
  const workspace = resolveWorkspace(home);
  prepareWorkspace(workspace);
  const store = openStore(workspace.database);
  try {
    await fill(store, workspace);
  } finally {
    store.close();
  }
}

/** Few enough that a run begins within seconds. */
const ROWS = 96;

/** What people preferred, where it is at hand; else better demonstrations of the built-in task against worse ones of the same prompt. */
function pairRows(): readonly unknown[] {
  if (existsSync(PEOPLES_PAIRS)) return (JSON.parse(readFileSync(PEOPLES_PAIRS, 'utf8')) as unknown[]).slice(0, ROWS);
  const task = tasks.get('helpful');
  const [first, second] = [SEED, SEED + 1].map((seed) => createRandom(seed));
  return task.prompts('train', 2 * ROWS, SEED).flatMap((prompt) => {
    const [a, b] = [first, second].map((random) => task.demonstration(prompt, random).completion);
    const [goldA, goldB] = [a, b].map((completion) => task.gold(prompt, completion));
    if (goldA === goldB) return [];
    return [{ prompt, chosen: ` ${goldA > goldB ? a : b}`, rejected: ` ${goldA > goldB ? b : a}` }];
  });
}

export const OTHER_MODEL = 'other-helpful';

/** Two models and a dataset of pairs. */
export async function withTwoModels(home: string): Promise<void> {
  await withModelAndPairs(home);
  await withStore(home, (store, workspace) => addModel(store, workspace, OTHER_MODEL, 2));
}

/** Of 0.3 M parameters, untrained. */
function addModel(store: WritableStore, workspace: Workspace, name: string, seed = 1): void {
  const folder = join(workspace.models, name);
  mkdirSync(folder, { recursive: true });
  const task = tasks.get('helpful');
  writeTaskModel(folder, task, { ...taskModelOptions(task), seed });
  registerModel(store, workspace, folder, { name, origin: 'built-in', runId: null, parent: null });
}

/** A model of 0.3 M parameters and a dataset of pairs. */
export const withModelAndPairs = (home: string): Promise<void> =>
  withStore(home, async (store, workspace) => {
    addModel(store, workspace, MODEL);
    const file = join(home, 'pairs.json');
    writeFileSync(file, JSON.stringify(pairRows()));
    await importFile(store, file, { name: PAIRS, sourceName: 'pairs.json' });
    rmSync(file);
  });

/** Finished runs without models. */
export const withRuns =
  (made: readonly Made[]) =>
  (home: string): Promise<void> =>
    withStore(home, (store, { runs }) => {
      for (const each of made) insertMade(store, runs, each);
    });

/** Finished runs, each with a model that can answer; untrained, of 0.3 M parameters. */
export const withAnsweringRuns =
  (made: readonly Made[]) =>
  (home: string): Promise<void> =>
    withStore(home, (store, workspace) => {
      for (const each of made) {
        insertMade(store, workspace.runs, each);
        const folder = join(workspace.models, runId(each));
        mkdirSync(folder, { recursive: true });
        writeTaskModel(folder, tasks.get('helpful'), { ...TASK_MODEL, seed: each.seed });
        registerModel(store, workspace, folder, {
          name: runId(each),
          origin: runId(each),
          runId: runId(each),
          parent: null,
        });
      }
    });

export const MANY_RUNS = 300;
export const MANY_PAIRS = 100_000;
export const BIG_DATASET = 'hundred thousand';
/** The newest of the many runs, with a long curve. */
export const LONG_RUN: Made = {
  method: 'dpo',
  beta: 1000,
  seed: MANY_RUNS,
  steps: 4000,
  evaluations: 20,
  gain: 1,
  group: 'long',
};

/** What somebody has after months: three hundred runs, one of them long, a dataset of a hundred thousand pairs, a model. */
export const withFullWorkspace = (home: string): Promise<void> =>
  withStore(home, async (store, workspace) => {
    addModel(store, workspace, MODEL);
    for (let i = 1; i < MANY_RUNS; i++)
      insertMade(store, workspace.runs, {
        method: ['dpo', 'online_dpo', 'ppo'][i % 3],
        beta: i / 100,
        seed: i,
        steps: 40,
        evaluations: 4,
        gain: 0.5 + (i % 7) / 10,
        group: `group ${i % 20}`,
      });
    insertMade(store, workspace.runs, LONG_RUN);
    const file = join(home, 'pairs.jsonl');
    writeSyntheticPairs(file, MANY_PAIRS);
    await importFile(store, file, { name: BIG_DATASET, sourceName: 'pairs.jsonl' });
    rmSync(file);
  });
