/** Who prefers which of two answers: the label source of online DPO. */
import type { Named } from '../../base/registry.ts';
import type { LoadedModel } from '../load-model.ts';
import type { TrainControl } from '../method.ts';
import type { RewardSource } from '../rollouts/rewards.ts';
import type { Rollout } from '../rollouts/rollout.ts';
import type { OnlineOptions } from './options.ts';

/** Two answers to one prompt, as sampled. */
export interface AnswerPair {
  readonly first: Rollout;
  readonly second: Rollout;
}

export interface Annotator {
  /** For the log and the run page. */
  readonly title: string;
  /** Scores single answers; judges that only compare give 0. */
  readonly reward: RewardSource;
  /** Whether `reward` says how good an answer is, so that the best and worst of several can be chosen. */
  readonly scores: boolean;
  /** P(first is better) of each pair; ½ is a tie. */
  prefer(pairs: readonly AnswerPair[]): Promise<readonly number[]>;
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
