/** IPO (Azar et al., 2310.12036, eq. 17): the gap of log-ratios is regressed on 1/(2β); β is the paper's τ. */
import { z } from 'zod';
import { defineLoss, marginPerToken } from './preference.ts';

export const ipo = defineLoss({
  id: 'ipo',
  title: 'IPO',
  summary: 'Squared loss towards a fixed gap, so that certain preferences are not pushed without end.',
  paper: {
    title: 'A General Theoretical Paradigm to Understand Learning from Human Preferences',
    url: 'https://arxiv.org/abs/2310.12036',
  },
  params: {
    ipo_average: z.enum(['token', 'sum']).default('token').meta({
      title: 'IPO counts',
      description:
        'token: log-ratios per token of the answer, as in TRL. sum: over the whole answer, as the paper writes it.',
      group: 'Objective',
    }),
  },
  usesLabelSmoothing: false,
  usesDivergence: true,
  build(g, pair, { beta, ipo_average }) {
    const gap = ipo_average === 'token' ? marginPerToken(g, pair) : g.sub(pair.chosenScore, pair.rejectedScore);
    const error = g.sub(gap, 1 / (2 * beta));
    return g.mul(error, error);
  },
});
