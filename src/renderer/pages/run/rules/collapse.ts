/** Collapse: the policy always says the same. */
import type { CurveBook } from '../../../../charts/curve-book.ts';
import { fixed, percent } from '../../../../charts/numbers.ts';
import { arxiv, holdCloser, lowerRate, sampleWider } from './remedy.ts';
import { average, FEW, means, type Rule } from './rule.ts';

/** Entropy under the names that methods give it. */
const ENTROPIES = ['policy/entropy_avg', 'objective/entropy', 'entropy'];
/** Share of its start that is left when a policy has collapsed. */
const LEFT = 0.2;
/** Share of sampled pairs whose two answers are one and the same. */
const ALIKE = 0.3;

function find(book: CurveBook): ReturnType<Rule['find']> {
  // both are counts of a step's pairs
  const [alike, sampled] = ['pairs/identical', 'pairs/labels_bought'].map((metric) => means(book, metric).slice(-FEW));
  const share = average(alike) / average(sampled);
  if (alike.length === FEW && share > ALIKE)
    return {
      title: 'The samples have become alike.',
      text: `${percent(share, 0)} of pairs are twice the same answer and teach nothing. Sample at a higher temperature, or raise β.`,
    };
  const entropy = ENTROPIES.map((metric) => means(book, metric)).find((values) => values.length >= 3 * FEW);
  if (!entropy) return null;
  const [before, now] = [average(entropy.slice(0, FEW)), average(entropy.slice(-FEW))];
  if (!(before > 0) || now >= LEFT * before) return null;
  return {
    title: 'The policy has collapsed: it hardly varies any more.',
    text: `The entropy fell from ${fixed(before, 3)} to ${fixed(now, 3)} nats. What it no longer samples it cannot learn from. Raise the KL coefficient, or lower the learning rate.`,
  };
}

export const collapse: Rule = {
  kind: 'collapse',
  remedies: [sampleWider, holdCloser, lowerRate, { to: 'samples' }],
  paper: arxiv('Kirk et al., RLHF, generalisation and diversity', '2310.06452'),
  raisedWhen:
    'the entropy of the last 8 values is below a fifth of the first 8, or more than 30% of the sampled pairs are twice the same answer.',
  find,
};
