/** Rows of a comparison's table that are read off the samples of the last evaluation, prompt by prompt. */
import type { RunSample } from '../../preload/contract/runs.ts';
import { mean } from '../base/statistics.ts';
import { readLastSamples } from '../data/store/samples.ts';
import type { Store } from '../data/store/store.ts';
import { SAMPLE_METRICS } from '../evaluate/runs/final-metrics.ts';
import type { ComparedRun, Series } from '../evaluate/runs/series.ts';
import type { RowSource, SeriesValues } from '../evaluate/runs/table.ts';
import { tasks } from '../tasks/index.ts';
import { PromptError, type Task } from '../tasks/task.ts';

type ValueOf = (sample: RunSample) => number | null;

/** Rewards of different sources are not the same quantity: the gold one of a shared task goes before the one that was learnt from. */
function rewardOf(runs: readonly ComparedRun[]): { title: string; read: ValueOf } | null {
  const [first] = runs;
  const same = (key: string) => runs.every(({ config }) => config[key] === first.config[key]);
  const name = first.config.task;
  if (typeof name === 'string' && same('task') && tasks.has(name))
    return { title: 'Gold reward of samples', read: goldOf(tasks.get(name)) };
  const sources = ['reward_model', 'reward_function', 'method'];
  return sources.every(same) ? { title: 'Reward of samples', read: ({ reward }) => reward } : null;
}

const goldOf =
  (task: Task): ValueOf =>
  ({ prompt, completion, finishReason }) => {
    try {
      return task.gold(prompt, completion.trim(), { ended: finishReason === 'eos' });
    } catch (error) {
      if (error instanceof PromptError) return null;
      throw error;
    }
  };

/** By prompt: the mean over seeds. */
function byPrompt(samples: readonly (readonly RunSample[])[], read: ValueOf): SeriesValues | null {
  const values = new Map<string, number[]>();
  for (const sample of samples.flat()) {
    const value = read(sample);
    if (value !== null) values.set(sample.prompt, [...(values.get(sample.prompt) ?? []), value]);
  }
  if (values.size === 0) return null;
  return { keys: [...values.keys()], values: [...values.values()].map((each) => mean(each)) };
}

/** A row that no series has is left out. */
export function sampleRows(store: Store, series: readonly Series[]): RowSource[] {
  const samples = series.map(({ members }) => members.map(({ id }) => readLastSamples(store, id)));
  const reward = rewardOf(series.flatMap(({ members }) => members));
  const readers: Readonly<Record<(typeof SAMPLE_METRICS)[number]['of'], ValueOf | undefined>> = {
    reward: reward?.read,
    tokens: ({ tokens }) => tokens,
    ended: ({ finishReason }) => (finishReason === 'length' ? 0 : 1),
  };
  return SAMPLE_METRICS.flatMap(({ of, ...row }): RowSource[] => {
    const reader = readers[of];
    if (!reader) return [];
    const values = samples.map((each) => byPrompt(each, reader));
    if (values.every((each) => each === null)) return [];
    const title = of === 'reward' && reward ? reward.title : row.title;
    return [{ ...row, title, metric: null, paired: 'prompt', series: values }];
  });
}
