/** Online DPO in the lab: pairs of the policy's own answers, labelled by the gold reward at T = 1, drawn or by probability. */
import { MAX_SYMBOLS } from '../../tasks/enumerable.ts';
import type { LabMethod } from './lab-method.ts';
import { PAIRS_PER_STEP, RATER_TEMPERATURE } from './offline-dpo.ts';
import { trainByMethod } from './run-method.ts';

const online = (id: string, title: string, labelling: 'bernoulli' | 'soft'): LabMethod => ({
  id,
  title,
  train: (setting) =>
    trainByMethod(
      setting,
      'online_dpo',
      setting.prompts.map((prompt) => ({ prompt })),
      {
        task: 'enumerable',
        ...(setting.rewardFunction
          ? { annotator: 'reward_function', reward_function: setting.rewardFunction }
          : { annotator: 'gold' }),
        labelling,
        rater_temperature: RATER_TEMPERATURE,
        beta: setting.beta,
        temperature: 1,
        per_device_train_batch_size: PAIRS_PER_STEP,
        response_length: MAX_SYMBOLS,
      },
    ),
});

/** Label noise is most of its distance: see the next one. */
export const onlineDpoDrawn = online('online_dpo', 'Online DPO', 'bernoulli');
/** The rater's probability instead of a draw. */
export const onlineDpoSoft = online('online_dpo_soft', 'Online DPO, soft', 'soft');
