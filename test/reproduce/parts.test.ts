/** Small parts of the studies: the graded scale's distribution, numbers as text, and charts as files. */

import { describe, expect, it } from 'vitest';
import { markdownTable } from '../../src/main/base/markup.ts';
import { chartFile } from '../../src/main/report/draw-chart.ts';
import { scaleDistribution } from '../../src/main/reproduce/kinds/graded-scale.ts';
import { numberText, spreadText, withInterval } from '../../src/main/reproduce/markdown.ts';
import { type StudyChart, studyLines } from '../../src/main/reproduce/study-chart.ts';

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

describe('a chart', () => {
  const chart: StudyChart = {
    title: 'a < b & "c"',
    x: 'steps',
    y: 'nats',
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
          [2, 3],
          [4, 6],
          [10, Number.NaN],
          [10, 10],
        ],
        dots: true,
      },
    ],
  };
  const file = chartFile(chart.title, studyLines(chart));

  it('stands alone: title, unit and names in it, values as colours, the same text when it is drawn again', () => {
    expect(file).toMatch(
      /^<svg role="img" aria-label="a &lt; b &amp; &quot;c&quot;, nats\. line 0, cloud 10\." [^>]*xmlns="/,
    );
    for (const word of ['a &lt; b &amp; ', 'nats', 'steps', 'line', 'cloud']) expect(file).toContain(`${word}`);
    expect(file).not.toMatch(/NaN|var\(|<script|<style|https?:\/\/(?!www\.w3\.org)/);
    expect(chartFile(chart.title, studyLines(chart))).toBe(file);
  });

  it('is well-formed XML: every attribute ends where it should', () => {
    const tags = [...file.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
    for (const tag of tags) expect(tag).toMatch(/^<(\/[\w:]+|[\w:]+(\s+[\w:-]+="[^"<]*")*\s*\/?)>$/);
    expect(tags.filter((tag) => !/^<\/|\/>$/.test(tag))).toHaveLength(
      tags.filter((tag) => tag.startsWith('</')).length,
    );
  });

  it('draws a peak where it is: halfway across, at the upper end, and no line through a cloud', () => {
    // what the legend draws is moved to its place
    const drawn = [...file.matchAll(/<path [^>]*>/g)].map(([tag]) => tag).filter((tag) => !tag.includes('transform'));
    const of = (colour: string) => drawn.find((tag) => tag.includes(`stroke="${colour}"`)) ?? '';
    const [line, cloud] = [of('#1a56cc'), of('#229a38')];
    const places = [...line.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(places).toHaveLength(3);
    expect(places[1][0]).toBeCloseTo((places[0][0] + places[2][0]) / 2, 0);
    expect(places[0][1]).toBe(places[2][1]);
    expect(places[1][1]).toBeLessThan(places[0][1]);
    expect(cloud).toContain('stroke-opacity="0"');
    expect(line).not.toContain('stroke-opacity="0"');
  });

  it('of nothing is refused', () => {
    expect(() => studyLines({ title: 'none', x: '', y: '', series: [] })).toThrow('none: there is no point to draw');
  });

  it('tells more series apart than there are colours', () => {
    const series = Array.from({ length: 10 }, (_, i) => ({ name: String(i), points: [[0, i]] as const }));
    const looks = studyLines({ title: 'many', x: '', y: '', series }).lines.map(
      ({ colour, dash }) => `${colour} ${dash}`,
    );
    expect(new Set(looks).size).toBe(10);
  });
});
