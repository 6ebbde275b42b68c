/** Who prefers which of two answers: the label source of online DPO. */
import type { Named } from '../../base/registry.ts';
import type { LoadedModel } from '../load-model.ts';
import type { TrainControl } from '../method.ts';
import type { RewardSource } from '../rollouts/rewards.ts';
import type { Rollout } from '../rollouts/rollout.ts';
import type { PairRating } from '../rollouts/sampled-pair.ts';
import type { OnlineOptions } from './options.ts';

/** Two answers to one prompt, as sampled. */
export interface AnswerPair {
  readonly first: Rollout;
  readonly second: Rollout;
}

/** What an annotator says of a pair. */
export interface Preference {
  /** P(first is better); ½ is a tie. */
  readonly probability: number;
  /** Of a person. */
  readonly rating?: PairRating;
}

export interface Annotator {
  /** For the log and the run page. */
  readonly title: string;
  /** Scores single answers; judges that only compare give 0. */
  readonly reward: RewardSource;
  /** Whether `reward` says how good an answer is, so that the best and worst of several can be chosen. */
  readonly scores: boolean;
  /** Whether its ½ says "no better", so that a tie is never drawn by a coin. */
  readonly saysTie?: boolean;
  /** One of each pair. `step` is the one whose answers they are. */
  prefer(pairs: readonly AnswerPair[], step: number): Promise<readonly Preference[]>;
  /** What the annotator observed of itself, as metrics "judge/NAME". */
  audit?(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export interface AnnotatorKind extends Named {
  readonly summary: string;
  open(context: AnnotatorContext): Promise<Annotator>;
}

export interface AnnotatorContext {
  readonly options: OnlineOptions;
  readonly loaded: LoadedModel;
  readonly maxPositions: number;
  readonly control: TrainControl;
  /** Answers as text. */
  text(rollout: Rollout): string;
}
