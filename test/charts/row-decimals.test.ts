import { expect, it } from 'vitest';
import { rowDecimals } from '../../src/charts/row-decimals.ts';

const cell = (value: number, low: number | null, high: number | null, difference: number | null = null) => ({
  value,
  low,
  high,
  best: false,
  difference: difference === null ? null : { value: difference, low: null, high: null },
});

it('gives a row as many decimals as its narrowest interval knows', () => {
  // half widths 0.066 and 0.1: the first digit of the narrower is the second decimal
  expect(rowDecimals({ cells: [cell(4.309, 4.243, 4.375), cell(3.98, 3.88, 4.08)] })).toBe(2);
  expect(rowDecimals({ cells: [cell(0.2913, 0.2874, 0.2952)] })).toBe(3);
  expect(rowDecimals({ cells: [cell(840, 700, 960)] })).toBe(0);
});

it('without intervals gives the largest number about four digits', () => {
  expect(rowDecimals({ cells: [cell(2.503, null, null), cell(1.182, null, null, -1.321)] })).toBe(3);
  expect(rowDecimals({ cells: [cell(15, 15, 15)] })).toBe(2);
  expect(rowDecimals({ cells: [cell(1250, null, null), null] })).toBe(0);
});

it('leaves the very small and the very large to be written by themselves', () => {
  expect(rowDecimals({ cells: [cell(1e-5, null, null)] })).toBeNull();
  expect(rowDecimals({ cells: [cell(3e8, 2.9e8, 3.1e8)] })).toBeNull();
  expect(rowDecimals({ cells: [cell(0.5, 0.49999, 0.50001)] })).toBeNull();
  expect(rowDecimals({ cells: [null, cell(0, 0, 0)] })).toBeNull();
});
