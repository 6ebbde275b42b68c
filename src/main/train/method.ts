/** What a training method is: its place in the catalogue, its options, and a script from config to trained model. */
import type { z } from 'zod';
import type { Rating, ShownPair } from '../../preload/contract/ratings.ts';
import type { Named } from '../base/registry.ts';
import type { LanguageModel } from '../engine/models/language-model.ts';
import type { TrainingPlan } from './plan.ts';

export interface TrainSample {
  readonly promptIndex: number;
  readonly prompt: string;
  readonly completion: string;
  readonly tokens: number;
  readonly reward: number | null;
  readonly finishReason: string;
}

export type TrainEvent =
  | { readonly type: 'started'; readonly maxSteps: number; readonly rows: number; readonly reference: string | null }
  | {
      readonly type: 'metrics';
      readonly step: number;
      readonly evaluation: boolean;
      readonly metrics: Readonly<Record<string, number>>;
      /** Of a training step, seconds: `time/…` (`step-times.ts`). Apart from its metrics, which the same seed gives again. */
      readonly times?: Readonly<Record<string, number>>;
    }
  | { readonly type: 'samples'; readonly step: number; readonly samples: readonly TrainSample[] }
  /** What the run will need, once model and data are read. */
  | { readonly type: 'planned'; readonly plan: TrainingPlan; readonly memoryLimit: number }
  | { readonly type: 'log'; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly type: 'checkpoint'; readonly step: number; readonly folder: string; readonly bytes: number };

/** Thrown out of a step that waits when a stop is asked for: nothing of the step was learnt yet. */
export class StoppedWaiting extends Error {
  constructor() {
    super('stopped while waiting');
    this.name = 'StoppedWaiting';
  }
}

/** How a running method talks to whoever started it. */
export interface TrainControl {
  /** Makes a path of the config absolute; names of the workspace become folders. */
  resolvePath(path: string): string;
  emit(event: TrainEvent): void;
  /** Called once a step: lets messages in and waits while the run is paused. */
  breathe(): Promise<void>;
  /** Whether the user asked to stop: the method saves a checkpoint and returns. */
  stopRequested(): boolean;
  /** Waits until a person has rated the pairs of a step, in their order; throws `StoppedWaiting`. Absent where nobody can be asked. */
  rate?(step: number, pairs: readonly ShownPair[]): Promise<readonly Rating[]>;
  /** Continue from the newest checkpoint of the output folder. */
  readonly resume: boolean;
  readonly threads?: number;
  /** Bytes the process may come to; what the machine can give where nothing is said. */
  readonly memoryLimit?: number;
  /** For a plan: weights of the model are not read, zeros stand for them. */
  readonly shapesOnly?: boolean;
}

export interface TrainResult {
  readonly status: 'finished' | 'stopped';
  readonly steps: number;
  /** Real tokens trained on. */
  readonly tokens: number;
  /** Of the steps taken, without evaluations and checkpoints; null where none was taken. */
  readonly secondsPerStep: number | null;
  /** What the result document holds besides, e.g. PPO's rollouts and updates; JSON-safe. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What one forward and backward pass is made of: what a plan is worked out from. */
export interface PassShape {
  readonly head: LanguageModel['head'];
  /** Sequences for each row of a micro-batch: 2 where a row is a pair. */
  readonly sequencesPerRow: 1 | 2;
  /** Without padding (`packedFeeds`). */
  readonly packed: boolean;
  /** Whole models of the policy's size held beside it while it trains, when all weights are trained: a reference that is not stored, a critic. */
  readonly modelsBeside: number;
  /** Answers are sampled before a step learns from them. */
  readonly samples?: boolean;
  /** What the policy is held against: scored once before the run unless the options say otherwise, or in every step. */
  readonly reference?: 'stored' | 'live';
  /** A step learns several times from what it sampled, and passes over it without gradient first. */
  readonly updates?: 'policy';
  /** A critic of the policy's size is trained beside it. */
  readonly critic?: boolean;
  /** Each row is passed over once more with another row's answer, without gradient. */
  readonly borrowed?: boolean;
}

export interface Method extends Named {
  readonly title: string;
  readonly summary: string;
  readonly mark: 'sft' | 'rm' | 'ppo' | 'offline' | 'online' | 'kto' | 'bon';
  readonly formula: string;
  /** Seconds of a step beside SFT's, measured: helpful-reference (0.24 M parameters), 16 rows or prompts a step, defaults else, two cores. */
  readonly cost: number;
  readonly goodFor: string;
  readonly watch: string;
  readonly papers: readonly { readonly title: string; readonly url: string }[];
  /** Kinds of data it trains on. */
  readonly data: readonly ('preference' | 'demonstrations' | 'unpaired' | 'prompts')[];
  readonly params: z.ZodObject;
  readonly pass: PassShape;
  /** `config` is not yet parsed; `outputDir` is absolute. */
  train(config: Readonly<Record<string, unknown>>, outputDir: string, control: TrainControl): Promise<TrainResult>;
}
