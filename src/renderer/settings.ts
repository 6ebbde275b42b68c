/** What the user chose about the window itself; kept in this browser or desktop profile. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

interface Settings {
  /** null: by the window's width. */
  readonly collapsed: boolean | null;
  /** Pixels; null: the width of the tokens. */
  readonly panelWidth: number | null;
  /** Columns of the runs table, by id; null: those of the design. */
  readonly runColumns: readonly string[] | null;
  readonly smoothing: number;
  /** Warnings dismissed, as "run/kind". */
  readonly dismissed: readonly string[];
}

interface SettingsStore extends Settings {
  set(change: Partial<Settings>): void;
}

export const useSettings = create<SettingsStore>()(
  persist(
    (set) => ({
      collapsed: null,
      panelWidth: null,
      runColumns: null,
      smoothing: 0.6,
      dismissed: [],
      set: (change) => set(change),
    }),
    { name: 'plumbline.settings' },
  ),
);
