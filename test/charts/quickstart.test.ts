/** A quickstart's shared charts and the words beside its table: what is known is drawn and said, what is not is left out. */
import { describe, expect, it } from 'vitest';
import { goldByKl, goldBySteps } from '../../src/charts/quickstart-charts.ts';
import { quickstartNotes, verdictOf, winMinusLossText } from '../../src/charts/quickstart-notes.ts';
import type { QuickstartComparison, QuickstartState } from '../../src/preload/contract/index.ts';
import { newQuickstart, pairOf, quickstartState } from '../fixtures/quickstart-state.ts';

const wordsOf = (state: QuickstartState): string =>
  quickstartNotes(state)
    .map(({ text }) => text)
    .join(' ');

describe('charts', () => {
  it('have one line for each method that aligns, in order of steps, and start at the reference', () => {
    const state = quickstartState();
    const steps = goldBySteps(state);
    expect(steps.lines.map(({ name }) => name)).toEqual(['Offline DPO', 'Online DPO', 'PPO', 'RLOO']);
    expect(steps.lines[0].points).toEqual([
      [0, 0.9],
      [100, 2.2],
    ]);
    expect(steps).toMatchObject({ xMax: 100, anchors: [{ y: 0.9 }], unit: 'mean; dashed: reference 0.90' });
    expect(goldByKl(state).lines[0].points).toEqual([
      [0, 0.9],
      [3, 2.2],
    ]);
  });

  it('tell PPO and RLOO apart by their lines: they share a colour', () => {
    const [, , ppo, rloo] = goldByKl(quickstartState()).lines;
    expect(ppo.colour).toBe(rloo.colour);
    expect(ppo.dash).not.toBe(rloo.dash);
  });

  it('are empty before anything was evaluated', () => {
    expect(goldBySteps(newQuickstart())).toMatchObject({ lines: [], anchors: [], xMax: 0 });
    expect(goldByKl(newQuickstart())).toMatchObject({ lines: [], anchors: [] });
  });
});

describe('notes', () => {
  it('say what a reward model cannot do, with the numbers of this run', () => {
    const words = wordsOf(quickstartState());
    expect(words).toContain('the same 1\u2009567 labels that offline DPO learns from directly (it ranks 66%');
    expect(words).toContain('PPO loses to offline DPO here, win − loss −0.32 (−0.41 to −0.23).');
    expect(words).toContain('RLOO draws with offline DPO here, win − loss −0.03 (−0.12 to 0.06).');
    expect(words).toContain(
      'It bought 2\u2009836 labels, offline DPO 1\u2009567. Online DPO wins against offline DPO here',
    );
    expect(words).toContain('on 300 held-out prompts');
  });

  it('say the same without numbers before there are any', () => {
    const words = wordsOf(newQuickstart());
    expect(quickstartNotes(newQuickstart())).toHaveLength(3);
    expect(words).not.toMatch(/here, win|NaN|null|undefined/);
  });

  it('a verdict is a draw unless the interval of win − loss leaves 0 out', () => {
    const verdict = (low: number, high: number) =>
      verdictOf({ ...pairOf('a', 'b'), winMinusLoss: { value: (low + high) / 2, low, high } });
    expect([verdict(0.01, 0.2), verdict(0, 0.2), verdict(-0.2, 0), verdict(-0.2, -0.01)]).toEqual([
      'wins',
      'draws',
      'draws',
      'loses',
    ]);
    const shown: QuickstartComparison = {
      ...pairOf('a', 'b'),
      winMinusLoss: { value: -0.126, low: -0.2, high: -0.04 },
    };
    expect(winMinusLossText(shown)).toBe('−0.13 (−0.20 to −0.04)');
  });
});
