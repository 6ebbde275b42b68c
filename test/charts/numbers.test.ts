/** How numbers are written. */
import { describe, expect, it } from 'vitest';
import {
  ago,
  bytes,
  compact,
  counted,
  duration,
  fixed,
  parameters,
  percent,
  shown,
  signed,
} from '../../src/charts/numbers.ts';

describe('numbers', () => {
  it.each([
    [fixed(1234.5, 1), '1\u2009234.5'],
    [fixed(-0.04, 1), '0.0'],
    [fixed(-1.5, 1), '−1.5'],
    [fixed(Number.NaN), '–'],
    [fixed(null), '–'],
    [compact(Math.LN2), '0.6931'],
    [compact(14.2), '14.2'],
    [compact(12345.6), '12\u2009346'],
    [compact(5e-5), '5e−5'],
    [compact(0), '0'],
    [signed(0.81), '+0.81'],
    [signed(-4.4, 1), '−4.4'],
    [signed(0, 0), '0'],
    [percent(0.7463), '74.6%'],
    [parameters(134_515_008), '134.5 M'],
    [parameters(260_032), '0.26 M'],
    [bytes(3_700_000), '3.7 MB'],
    [bytes(999), '999 bytes'],
    [bytes(25_300_000_000), '25.3 GB'],
    [duration(322), '5 min 22 s'],
    [duration(3720), '1 h 02 min'],
    [duration(59.6), '1 min 00 s'],
    [counted(1, 'pair'), '1 pair'],
    [counted(9000, 'pair'), '9\u2009000 pairs'],
    [shown(1e-6), '1e−6'],
    [shown(-1), '−1'],
    [shown([1, 'a']), '1, a'],
    [shown(null), '–'],
    [shown(true), 'on'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });

  it('say how long ago', () => {
    const now = Date.parse('2026-03-10T12:00:00Z');
    expect(ago('2026-03-10T11:59:40Z', now)).toBe('just now');
    expect(ago('2026-03-10T11:48:00Z', now)).toBe('12 min ago');
    expect(ago('2026-03-09T11:00:00Z', now)).toBe('yesterday');
    expect(ago('2026-03-05T11:00:00Z', now)).toBe('5 d ago');
    expect(ago('no date', now)).toBe('–');
  });
});
