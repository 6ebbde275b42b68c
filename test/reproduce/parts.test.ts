/** Small parts of the studies: the graded scale's distribution, numbers as text, and a chart whose places can be computed. */

import { describe, expect, it } from 'vitest';
import { markdownTable } from '../../src/main/base/markup.ts';
import { scaleDistribution } from '../../src/main/reproduce/kinds/graded-scale.ts';
import { lineChart } from '../../src/main/reproduce/line-chart.ts';
import { numberText, spreadText, withInterval } from '../../src/main/reproduce/markdown.ts';

it('the scale is a bell around the level', () => {
  // exp(−d²/4.5) for d = 1.5, 0, 2, 4
  const weights = [1.5, 0, 2, 4].map((d) => Math.exp(-(d ** 2) / 4.5));
  const total = weights.reduce((a, b) => a + b, 0);
  scaleDistribution(2).forEach((share, i) => {
    expect(share).toBeCloseTo(weights[i] / total, 12);
  });
  // half-way between two answers they are equally likely
  const [, no, maybe] = scaleDistribution(3);
  expect(no).toBeCloseTo(maybe, 12);
});

describe('numbers as text', () => {
  it('writes minus signs, no minus zero, and a dash for what there is not', () => {
    expect(numberText(-1.234)).toBe('−1.23');
    expect(numberText(-0.001)).toBe('0.00');
    expect(numberText(Number.NaN)).toBe('–');
    expect(numberText(null)).toBe('–');
    expect(withInterval({ value: 0.1, low: -0.05, high: 0.25 }, 2)).toBe('0.10 [−0.05, 0.25]');
  });

  it('spreads are half of Student’s interval', () => {
    // mean 2, s = 1, t(2) = 4.3027, 4.3027/√3
    expect(spreadText([1, 2, 3])).toBe('2.00 ± 2.48');
    expect(spreadText([1.5])).toBe('1.50');
  });

  it('keeps a cell from ending its column', () => {
    expect(markdownTable(['a|b'], [['c']])).toBe('| a\\|b |\n| --- |\n| c |');
  });
});

describe('the line chart', () => {
  const chart = lineChart({
    title: 'a < b & "c"',
    x: 'x',
    y: 'y',
    series: [
      {
        name: 'line',
        points: [
          [0, 0],
          [5, 10],
          [10, 0],
        ],
      },
      {
        name: 'cloud',
        points: [
          [10, Number.NaN],
          [10, 10],
        ],
        dots: true,
      },
    ],
  });

  it('places the ends of both axes at the ends of the plot', () => {
    // x from 60 to 560, y from 350 up to 40
    expect(chart).toContain('d="M60 350L310 40L560 350"');
    expect(chart.match(/<circle/g)).toHaveLength(4);
    expect(chart).toContain('<circle cx="560" cy="40" r="3"');
  });

  it('is well-formed whatever the words, and refuses to draw nothing', () => {
    expect(chart).toContain('a &lt; b &amp; &quot;c&quot;');
    expect(chart).not.toContain('NaN');
    expect(() => lineChart({ title: 'none', x: '', y: '', series: [] })).toThrow('no point to draw');
  });
});
