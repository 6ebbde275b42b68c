/** Forced answers of all panes: asked for together, kept until the next time. */
import { create } from 'zustand';
import type { ForcedAnswers, ModelChoice, RewardAnswers, TextOrChat } from '../../../preload/contract/index.ts';
import { call } from '../../host.ts';
import { referenceOf } from './models.ts';
import { promptOf, useInspect } from './state.ts';

export interface ForcedPane {
  readonly model: string;
  readonly answers: ForcedAnswers | null;
  readonly error: string | null;
}

interface Forced {
  readonly busy: boolean;
  readonly prompt: TextOrChat;
  readonly chosen: string;
  /** null: y⁺ alone. */
  readonly rejected: string | null;
  readonly reference: string | null;
  readonly panes: readonly ForcedPane[];
  /** Of y⁺ and y⁻; null while they are not there. */
  readonly scores: RewardAnswers['scores'] | null;
  readonly scoreError: string | null;
}

export const useForced = create<Forced>()(() => ({
  busy: false,
  prompt: '',
  chosen: '',
  rejected: null,
  reference: null,
  panes: [],
  scores: null,
  scoreError: null,
}));

let asked = 0;

/** Reads both answers under every pane's model, one after the other as they come. */
export async function readForced(choices: readonly ModelChoice[]): Promise<void> {
  const { prompt, chosen, rejected, panes, reference: wanted, rewardModel } = useInspect.getState();
  const models = [...new Set(panes.map(({ model }) => model))];
  const reference = referenceOf(choices, models, wanted);
  const own = ++asked;
  const question = { prompt: promptOf(prompt), chosen, rejected: rejected === '' ? null : rejected, reference };
  const empty = models.map((model): ForcedPane => ({ model, answers: null, error: null }));
  useForced.setState({ ...question, busy: true, panes: empty, scores: null, scoreError: null });
  const answers = [chosen, ...(rejected === '' ? [] : [rejected])].map((text) => ({ text, ended: true }));
  const scored = call('generations.rewards', { rewardModel, prompt: question.prompt, answers }).then(
    ({ scores }) => own === asked && useForced.setState({ scores }),
    (error: Error) => own === asked && useForced.setState({ scores: null, scoreError: error.message }),
  );
  await Promise.all(
    models.map(async (model) => {
      const found = await call('generations.force', { model, ...question }).then(
        (answers): Partial<ForcedPane> => ({ answers }),
        (error: Error): Partial<ForcedPane> => ({ error: error.message }),
      );
      if (own !== asked) return;
      useForced.setState(({ panes: rows }) => ({
        panes: rows.map((row) => (row.model === model ? { ...row, ...found } : row)),
      }));
    }),
  );
  await scored;
  if (own === asked) useForced.setState({ busy: false });
}
