/** How methods are named and drawn: the mark a method takes, before and without the host's catalogue. */
import type { ColourName } from './chart-tokens.ts';

export type MarkShape = 'square' | 'diamond' | 'circle' | 'triangle';
export interface MethodLook {
  readonly title: string;
  readonly colour: ColourName;
  readonly shape: MarkShape;
}

const LOOKS: Readonly<Record<string, MethodLook>> = {
  ref: { title: 'Reference', colour: 'm-ref', shape: 'square' },
  sft: { title: 'SFT', colour: 'm-sft', shape: 'square' },
  rm: { title: 'Reward model', colour: 'm-rm', shape: 'square' },
  ppo: { title: 'PPO', colour: 'm-ppo', shape: 'diamond' },
  rloo: { title: 'RLOO', colour: 'm-ppo', shape: 'diamond' },
  offline: { title: 'Offline DPO', colour: 'm-offline', shape: 'circle' },
  online: { title: 'Online DPO', colour: 'm-online', shape: 'triangle' },
  kto: { title: 'KTO', colour: 'm-kto', shape: 'square' },
  bon: { title: 'Best-of-n', colour: 'm-bon', shape: 'square' },
  task_start: { title: 'Task', colour: 'm-ref', shape: 'square' },
  task_pairs: { title: 'Preferences', colour: 'm-ref', shape: 'square' },
  task_compare: { title: 'Comparison', colour: 'm-ref', shape: 'square' },
  lab: { title: 'Lab', colour: 'm-ref', shape: 'square' },
  rating_queue: { title: 'Rating queue', colour: 'm-ref', shape: 'square' },
  reproduce_cell: { title: 'Study', colour: 'm-ref', shape: 'square' },
  star: { title: 'Optimum π*', colour: 'text', shape: 'square' },
  exact: { title: 'Exact gradient', colour: 'm-bon', shape: 'square' },
  online_dpo_soft: { title: 'Online DPO, soft', colour: 'm-online', shape: 'triangle' },
  compare_runs: { title: 'Comparison', colour: 'm-ref', shape: 'square' },
};

/** Method ids that are not marks themselves. */
const MARK_OF: Readonly<Record<string, string>> = {
  dpo: 'offline',
  online_dpo: 'online',
  'online-dpo': 'online',
  reward: 'rm',
  'reward-model': 'rm',
  'best-of-n': 'bon',
};

/** Look of a method id or a mark; unknown ones are grey squares under their own name. */
export function methodLook(idOrMark: string): MethodLook {
  return LOOKS[MARK_OF[idOrMark] ?? idOrMark] ?? { title: idOrMark, colour: 'm-ref', shape: 'square' };
}
