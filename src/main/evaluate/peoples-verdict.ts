/** Win rate of one model against another by people's ratings, some prompts of which several people may have rated. */
import { mean, meanInterval } from '../base/statistics.ts';
import { countVerdicts, lengthControlledRate } from './win-rate.ts';

/** One rating, from the first answer's side. */
export interface Opinion {
  readonly prompt: string;
  /** 1 better, ½ neither, 0 worse. */
  readonly point: number;
  readonly lengths: { readonly first: number; readonly second: number };
}

/** Ratings of one prompt are not independent: where there are several of one, the interval is Student's over prompts, else Wilson's. */
export function peoplesVerdict(opinions: readonly Opinion[]) {
  const points = opinions.map(({ point }) => point);
  const { interval, ...counts } = countVerdicts(points);
  const byPrompt = new Map<string, number[]>();
  for (const { prompt, point } of opinions) byPrompt.set(prompt, [...(byPrompt.get(prompt) ?? []), point]);
  const means = [...byPrompt.values()].map((own) => mean(own));
  return {
    ...counts,
    interval: byPrompt.size === opinions.length || byPrompt.size < 2 ? interval : bounded(meanInterval(means)),
    lengthControlled: lengthControlledRate(
      points,
      opinions.map(({ lengths }) => lengths.first - lengths.second),
    ),
    lengthA: mean(opinions.map(({ lengths }) => lengths.first)),
    lengthB: mean(opinions.map(({ lengths }) => lengths.second)),
  };
}

const bounded = ({ low, high }: { readonly low: number; readonly high: number }): [number, number] => [
  Math.max(0, low),
  Math.min(1, high),
];
