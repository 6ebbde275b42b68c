/** What must be said beside a quickstart's table, with its own numbers; the same words on the command line, on the page and in the report. */
import type { QuickstartComparison, QuickstartModel, QuickstartState } from '../preload/contract/quickstart.ts';
import { fixed, percent, signed, whole } from './numbers.ts';

export interface Note {
  /** Said first, in bold. */
  readonly claim: string;
  readonly text: string;
}

const byMethod = ({ models }: QuickstartState, method: string): QuickstartModel | undefined =>
  models.find((model) => model.method === method);

/** The comparison of two methods' models; undefined before there is one. */
export function comparisonOf(state: QuickstartState, a: string, b: string): QuickstartComparison | undefined {
  const [first, second] = [byMethod(state, a)?.name, byMethod(state, b)?.name];
  return state.comparisons.find((each) => each.a === first && each.b === second);
}

/** "+0.14 (0.08 to 0.20)". */
export const winMinusLossText = ({ winMinusLoss: { value, low, high } }: QuickstartComparison): string =>
  `${signed(value)} (${fixed(low, 2)} to ${fixed(high, 2)})`;

/** wins: the interval of win − loss lies above 0. */
export function verdictOf({ winMinusLoss: { low, high } }: QuickstartComparison): 'wins' | 'draws' | 'loses' {
  if (low > 0) return 'wins';
  return high < 0 ? 'loses' : 'draws';
}

const VERDICT_WORDS = { wins: 'wins against', draws: 'draws with', loses: 'loses to' } as const;

/** "PPO loses to offline DPO here: win − loss −0.27 (−0.36 to −0.18)". */
function againstOffline(state: QuickstartState, method: string, name: string): string {
  const found = comparisonOf(state, method, 'dpo');
  return found
    ? `${name} ${VERDICT_WORDS[verdictOf(found)]} offline DPO here, win − loss ${winMinusLossText(found)}.`
    : '';
}

const sentences = (...parts: readonly string[]): string => parts.filter(Boolean).join(' ');

/** In the order of their weight. */
export function quickstartNotes(state: QuickstartState): readonly Note[] {
  const bought = byMethod(state, 'dpo')?.labels ?? null;
  const online = byMethod(state, 'online_dpo')?.labels ?? null;
  const accuracy = state.rewardAccuracy;
  const labels = bought === null ? 'the same labels' : `the same ${whole(bought)} labels`;
  const ranks = accuracy === null ? '' : ` (it ranks ${percent(accuracy, 0)} of held-out pairs as the noisy rater did)`;
  return [
    {
      claim: 'A reward model cannot know more than the pairs it was trained on.',
      text: sentences(
        `PPO and RLOO learn from a reward model of ${labels} that offline DPO learns from directly${ranks}. They raise its score to the ceiling; the gold reward does not follow all the way, so they may lose to offline DPO, and so does online DPO when such a model annotates it.`,
        againstOffline(state, 'ppo', 'PPO'),
        againstOffline(state, 'rloo', 'RLOO'),
      ),
    },
    {
      claim: 'Online DPO asks the gold rater itself.',
      text: sentences(
        'It wins where its annotator knows more than the fixed pairs do, not by being online.',
        online === null || bought === null ? '' : `It bought ${whole(online)} labels, offline DPO ${whole(bought)}.`,
        againstOffline(state, 'online_dpo', 'Online DPO'),
      ),
    },
    {
      claim: 'One seed is one draw.',
      text: `Judged by the gold reward on ${state.prompts === 0 ? '' : `${whole(state.prompts)} `}held-out prompts, one answer each at temperature 1; differences below 0.25 are ties. The 95% intervals are over prompts: run three seeds before you quote a difference. How far apart the methods end depends on the task and the learning rate, and a win rate alone hides an opponent that fell apart: read it beside off grammar and KL.`,
    },
  ];
}
