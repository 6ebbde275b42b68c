/** What a person has said of the pair on the page besides which answer is better; and who that person is. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export interface Draft {
  readonly qualityA: number | null;
  readonly qualityB: number | null;
  readonly comment: string;
  readonly tags: readonly string[];
}

export const EMPTY: Draft = { qualityA: null, qualityB: null, comment: '', tags: [] };

/** A grade pressed twice is taken back. */
export const toggled = (was: number | null, grade: number): number | null => (was === grade ? null : grade);

/** A tag pressed twice is taken off. */
export const withTag = (tags: readonly string[], tag: string): readonly string[] =>
  tags.includes(tag) ? tags.filter((each) => each !== tag) : [...tags, tag];

interface Rater {
  /** Empty until it was asked. */
  readonly name: string;
  readonly showsResults: boolean;
  setName(name: string): void;
  showResults(shows: boolean): void;
}

/** Kept in this browser or desktop profile. */
export const useRater = create<Rater>()(
  persist(
    (set) => ({
      name: '',
      showsResults: false,
      setName: (name) => set({ name }),
      showResults: (showsResults) => set({ showsResults }),
    }),
    {
      name: 'plumbline.rater',
      version: 1,
      // before names were asked for, everybody was "me"
      migrate: (kept) => {
        const { name = '', ...rest } = kept as Partial<Rater>;
        return { ...rest, name: name === 'me' ? '' : name };
      },
    },
  ),
);

/** Who rates where nobody asked for a name. */
export const nameOf = (name: string): string => name.trim() || 'me';
