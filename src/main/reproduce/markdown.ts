/** Numbers as Markdown has them. */
import { type Estimate, mean, meanInterval } from '../base/statistics.ts';

/** A minus sign that is no hyphen, and no "−0.00". */
export function numberText(value: number | null, digits = 2): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

export const percentText = (share: number, digits = 1): string => numberText(100 * share, digits);

/** "0.139 [0.111, 0.166]" */
export const withInterval = ({ value, low, high }: Estimate, digits = 3): string =>
  `${numberText(value, digits)} [${numberText(low, digits)}, ${numberText(high, digits)}]`;

/** Mean over seeds ± half of Student's 95% interval; the mean alone where there is one seed. */
export function spreadText(values: readonly number[], digits = 2): string {
  const { value, high } = meanInterval(values);
  return values.length < 2
    ? numberText(mean(values), digits)
    : `${numberText(value, digits)} ± ${numberText(high - value, digits)}`;
}
