/** The two charts of a quickstart that all its runs share: gold reward as they learn, and what it costs in KL. */
import type { QuickstartStageState, QuickstartState } from '../preload/contract/quickstart.ts';
import type { Line, LineChart } from './line-chart.ts';
import { methodLook } from './method-looks.ts';
import { fixed } from './numbers.ts';
import type { Point } from './smoothing.ts';

type Evaluation = QuickstartStageState['evaluations'][number];

/** One line for each method that aligns the reference. */
function linesOf(state: QuickstartState, pointOf: (evaluation: Evaluation) => Point | null): Line[] {
  return state.stages
    .filter(({ method, evaluations }) => method !== 'sft' && evaluations.length > 0)
    .map(({ method, title, evaluations }) => {
      const { colour, shape } = methodLook(method);
      return {
        name: title,
        colour,
        mark: shape,
        dash: method === 'rloo' ? 'variant' : undefined,
        evaluation: true,
        points: evaluations.map(pointOf).filter((point) => point !== null),
      };
    });
}

/** Where the reference stands on the same prompts: every method starts as it. A label in the chart would meet those of the lines. */
function referenceLine({ stages }: QuickstartState): Pick<LineChart, 'anchors' | 'unit'> {
  const first = stages.find(({ method, evaluations }) => method !== 'sft' && evaluations.length > 0)?.evaluations[0];
  const gold = first?.step === 0 ? first.gold : null;
  if (gold === null) return { unit: 'mean', anchors: [] };
  return { unit: `mean; dashed: reference ${fixed(gold, 2)}`, anchors: [{ y: gold, label: '' }] };
}

/** Gold reward of fresh answers to held-out prompts against the step. */
export function goldBySteps(state: QuickstartState): LineChart {
  const lengths = state.stages
    .filter(({ method, evaluations }) => method !== 'sft' && evaluations.length > 0)
    .map(({ run }) => run?.maxSteps ?? 0);
  return {
    lines: linesOf(state, ({ step, gold }) => (gold === null ? null : [step, gold])),
    xName: 'step',
    xMax: Math.max(0, ...lengths),
    smoothing: 0,
    endLabels: true,
    ...referenceLine(state),
  };
}

/** The same points against KL to the reference, joined in the order of steps: up is better, left is closer. */
export function goldByKl(state: QuickstartState): LineChart {
  return {
    lines: linesOf(state, ({ kl, gold }) => (kl === null || gold === null ? null : [kl, gold])),
    xName: 'KL to the reference, nats an answer',
    smoothing: 0,
    endLabels: true,
    ...referenceLine(state),
  };
}

const OF_PREFERENCES = ['loss', 'rewards/margins', 'rewards/accuracies', 'logps/chosen, rejected'];
const OF_SCORES = ['objective/scores', 'objective/kl', 'loss/policy_avg', 'tokens/responses_len_mean'];

/** The charts that say how a method's run went, by id; what a run does not have is left out. */
export const KEY_CHARTS: Readonly<Record<string, readonly string[]>> = {
  sft: ['loss', 'mean_token_accuracy', 'objective/gold', 'entropy'],
  reward: ['loss', 'accuracy', 'margin', 'calibration/ece'],
  dpo: OF_PREFERENCES,
  online_dpo: OF_PREFERENCES,
  ppo: OF_SCORES,
  rloo: OF_SCORES,
};
