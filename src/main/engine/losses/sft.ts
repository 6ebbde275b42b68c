/** SFT on the chosen answers, as a term beside a preference loss (Wang et al., MPO, 2411.10442): −mean ln π over all chosen tokens of the micro-batch. */
import { defineLoss } from './preference.ts';

export const sft = defineLoss({
  id: 'sft',
  title: 'SFT on chosen',
  summary: 'Keeps the chosen answers likely; alone it is supervised fine-tuning on them.',
  paper: {
    title: 'Enhancing Reasoning of Multimodal LLMs via Mixed Preference Optimization',
    url: 'https://arxiv.org/abs/2411.10442',
  },
  params: {},
  usesLabelSmoothing: false,
  usesDivergence: true,
  // the same for every pair: its mean over the micro-batch is the token-weighted loss
  build: (g, { chosenTokenLoss, chosenRatio }) => g.expand(g.reshape(chosenTokenLoss, [1]), chosenRatio.shape),
});
