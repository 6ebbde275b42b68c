/** What a person has said of the pair on the page besides which answer is better; and who that person is. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export interface Draft {
  readonly qualityA: number | null;
  readonly qualityB: number | null;
  readonly comment: string;
}

export const EMPTY: Draft = { qualityA: null, qualityB: null, comment: '' };

/** A grade pressed twice is taken back. */
export const toggled = (was: number | null, grade: number): number | null => (was === grade ? null : grade);

interface Rater {
  readonly name: string;
  setName(name: string): void;
}

/** Kept in this browser or desktop profile. */
export const useRater = create<Rater>()(
  persist((set) => ({ name: 'me', setName: (name) => set({ name }) }), { name: 'plumbline.rater' }),
);
