/** Sets of options by name, for methods where numbers are published: what they were measured with. */
import type { Values } from '../../components/params.ts';

export interface Preset {
  readonly title: string;
  /** What it is for, and where its numbers are from. */
  readonly help: string;
  readonly values: Values;
}

const DEFAULTS: Preset = {
  title: 'Defaults',
  help: 'Those of TRL, wherever it has the option: for pretrained models of millions of parameters and more.',
  values: {},
};

/** docs/results.md: β 0.1, 200 steps of 32 pairs. */
const SHARED = { beta: 0.1, per_device_train_batch_size: 32, max_steps: 200 } as const;

/** The rates of docs/results.md: at the large one methods differ, at the careful ones offline DPO keeps to the grammar. */
function onTasks(more: Values): readonly Preset[] {
  return [
    {
      title: 'Built-in task, large rate',
      help: 'Learning rate 5e-4, 200 steps of 32 pairs: where online DPO stands what offline DPO does not.',
      values: { ...SHARED, ...more, learning_rate: 5e-4 },
    },
    {
      title: 'Built-in task, careful',
      help: 'Learning rate 2e-4, as published for tldr and helpful: offline DPO keeps to the grammar.',
      values: { ...SHARED, ...more, learning_rate: 2e-4 },
    },
    {
      title: 'Built-in task, most careful',
      help: 'Learning rate 1e-4, as published for harmless.',
      values: { ...SHARED, ...more, learning_rate: 1e-4 },
    },
  ];
}

const BY_METHOD: Readonly<Record<string, readonly Preset[]>> = {
  dpo: onTasks({}),
  online_dpo: onTasks({ temperature: 1 }),
};

/** Of a method, the defaults first. */
export const presetsOf = (method: string): readonly Preset[] => [DEFAULTS, ...(BY_METHOD[method] ?? [])];
