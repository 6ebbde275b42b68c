/** Which answer is read next while several are written. */
import { describe, expect, it } from 'vitest';
import { knownOf } from '../../../src/renderer/pages/inspect/numbers.ts';
import { nextToRead, readUnder } from '../../../src/renderer/pages/inspect/reading.ts';
import { DEFAULT_SAMPLING, newPane, type Pane, type PaneAnswer } from '../../../src/renderer/pages/inspect/state.ts';

const TOKEN = { id: 1, text: 'a', special: false, logp: -1, refLogp: null, kl: null, top: [] };

function writing(count: number, change: Partial<PaneAnswer> = {}): Pane {
  const answer: PaneAnswer = {
    status: 'writing',
    model: 'm',
    prompt: 'q',
    sampling: DEFAULT_SAMPLING,
    reading: { text: 'q', tokens: [] },
    tokens: Array.from({ length: count }, () => TOKEN),
    weights: null,
    readTo: 0,
    exact: false,
    end: null,
    reference: null,
    whyNoReference: null,
    gold: null,
    reward: null,
    error: null,
    ...change,
  };
  return { ...newPane('m'), answer };
}

describe('answers that are read while they are written', () => {
  it('the one with the most tokens without a number goes first', () => {
    const read = writing(90, { readTo: 80, reference: 'ref' });
    const behind = writing(30);
    expect(nextToRead([read, behind, writing(20)], 'ref')).toBe(behind);
    // under another reference nothing of it is read
    expect(readUnder({ reference: 'ref', readTo: 80 }, 'other')).toBe(0);
    expect(nextToRead([read, behind], 'other')).toBe(read);
  });

  it('one without new tokens, one that has ended and one that the reference cannot read are left alone', () => {
    const why = { reference: 'ref', whyNoReference: 'It reads other tokens.' };
    expect(nextToRead([writing(5, { readTo: 5, reference: 'ref' })], 'ref')).toBeNull();
    expect(nextToRead([writing(5, { status: 'reading' }), writing(5, why), newPane('m')], 'ref')).toBeNull();
    expect(nextToRead([writing(5, why)], 'other')).not.toBeNull();
  });

  it('sums go as far as there are values', () => {
    expect(knownOf([1, 2, null, 3])).toEqual([1, 2]);
    expect(knownOf([1, 2])).toEqual([1, 2]);
    expect(knownOf([null])).toEqual([]);
  });
});
