/** What Inspect works on: prompt, models, settings and the answers so far. Models and settings are kept in this browser or desktop profile, answers until the window is closed. */
import { create } from 'zustand';
import { type PersistStorage, persist } from 'zustand/middleware';
import { useShallow } from 'zustand/react/shallow';
import type {
  ChatMessage,
  GenerationEnd,
  PromptReading,
  ReadToken,
  SamplingSettings,
  TextOrChat,
  WeightsInCodes,
} from '../../../preload/contract/index.ts';
import type { Mode } from './numbers.ts';

export const MOST_PANES = 4;
export const LETTERS = ['A', 'B', 'C', 'D'] as const;

export type Tab = 'generate' | 'force' | 'probes';

export interface Prompt {
  /** Earlier turns of a conversation that was picked. */
  readonly before: readonly ChatMessage[];
  readonly text: string;
  /** Put through the chat template as a user's turn. */
  readonly chat: boolean;
}

export const promptOf = ({ before, text, chat }: Prompt): TextOrChat =>
  chat ? [...before, { role: 'user', content: text }] : text;

export type AnswerStatus = 'opening' | 'writing' | 'reading' | 'done' | 'stopped' | 'failed';

export interface PaneAnswer {
  readonly status: AnswerStatus;
  readonly model: string;
  readonly prompt: TextOrChat;
  readonly sampling: SamplingSettings;
  readonly reading: PromptReading | null;
  readonly tokens: readonly ReadToken[];
  readonly end: GenerationEnd | null;
  /** What it was drawn with, when that are not the float32 weights. */
  readonly weights: WeightsInCodes | null;
  /** Its numbers are those of the float32 weights, which an answer that has ended is read with. */
  readonly exact: boolean;
  /** Tokens at its front that were read under the reference, with float32 weights. */
  readonly readTo: number;
  /** The model that `refLogp` and `kl` of the tokens belong to. */
  readonly reference: string | null;
  readonly whyNoReference: string | null;
  readonly gold: number | null;
  readonly reward: number | null;
  readonly error: string | null;
}

export interface Pane {
  readonly id: number;
  readonly model: string;
  /** Instead of the settings that all panes share. */
  readonly sampling: SamplingSettings | null;
  readonly answer: PaneAnswer | null;
}

export const DEFAULT_SAMPLING: SamplingSettings = {
  greedy: false,
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  maxTokens: 64,
  stop: [],
  seed: 42,
  weightBits: 32,
};

export interface InspectState {
  readonly tab: Tab;
  readonly prompt: Prompt;
  readonly panes: readonly Pane[];
  /** null: what the models were trained against. */
  readonly reference: string | null;
  /** null: each run's own, else 0.1. */
  readonly beta: number | null;
  readonly sampling: SamplingSettings;
  readonly mode: Mode;
  /** Values under the tokens. */
  readonly showNumbers: boolean;
  readonly wordDiff: boolean;
  readonly rewardModel: string | null;
  readonly chosen: string;
  readonly rejected: string;
  readonly probes: readonly string[];
  /** Where pairs are saved; null: not said yet. */
  readonly dataset: string | null;
}

interface InspectStore extends InspectState {
  set(change: Partial<InspectState>): void;
  setPane(id: number, change: Partial<Pane>): void;
  /** Changes the answer of a pane, if it has one. */
  setAnswer(id: number, change: Partial<PaneAnswer> | ((was: PaneAnswer) => Partial<PaneAnswer>)): void;
}

const PROBES = ['the the the', 'I hope this helps! I hope this helps!', 'As an AI language model, I cannot', ''];

const KEPT_AFTER_MS = 300;

/** Writes some time after a change, and when the page is left: every key and token changes the state. */
function writingLater<Kept>(): PersistStorage<Kept> {
  let last: string | null = null;
  let waiting: (() => void) | null = null;
  const write = () => {
    waiting?.();
    waiting = null;
  };
  globalThis.addEventListener?.('pagehide', write);
  return {
    getItem: (name) => JSON.parse(localStorage.getItem(name) ?? 'null'),
    setItem(name, value) {
      if (waiting === null) setTimeout(write, KEPT_AFTER_MS);
      waiting = () => {
        const text = JSON.stringify(value);
        if (text !== last) localStorage.setItem(name, text);
        last = text;
      };
    },
    removeItem: (name) => localStorage.removeItem(name),
  };
}

let paneIds = 0;
export const newPane = (model: string): Pane => ({ id: ++paneIds, model, sampling: null, answer: null });

export const useInspect = create<InspectStore>()(
  persist(
    (set) => ({
      tab: 'generate',
      prompt: { before: [], text: '', chat: false },
      panes: [],
      reference: null,
      beta: null,
      sampling: DEFAULT_SAMPLING,
      mode: 'reward',
      showNumbers: false,
      wordDiff: false,
      rewardModel: null,
      chosen: '',
      rejected: '',
      probes: PROBES,
      dataset: null,
      set: (change) => set(change),
      setPane: (id, change) =>
        set(({ panes }) => ({ panes: panes.map((pane) => (pane.id === id ? { ...pane, ...change } : pane)) })),
      setAnswer: (id, change) =>
        set(({ panes }) => ({
          panes: panes.map((pane) => {
            if (pane.id !== id || !pane.answer) return pane;
            const { answer } = pane;
            return { ...pane, answer: { ...answer, ...(typeof change === 'function' ? change(answer) : change) } };
          }),
        })),
    }),
    {
      name: 'plumbline.inspect',
      storage: writingLater(),
      partialize: ({
        prompt,
        reference,
        beta,
        sampling,
        mode,
        rewardModel,
        chosen,
        rejected,
        probes,
        dataset,
        panes,
      }) => ({
        prompt,
        reference,
        beta,
        sampling,
        mode,
        rewardModel,
        chosen,
        rejected,
        probes,
        dataset,
        panes: panes.map(({ id, model, sampling: own }) => ({ id, model, sampling: own, answer: null })),
      }),
      // ids count on behind those that were kept
      onRehydrateStorage: () => (state) => {
        paneIds = Math.max(paneIds, ...(state?.panes ?? []).map(({ id }) => id));
      },
    },
  ),
);

function partsOf<State, Key extends keyof State>(state: State, keys: readonly Key[]): Pick<State, Key> {
  const parts: Partial<Pick<State, Key>> = {};
  for (const key of keys) parts[key] = state[key];
  return parts as Pick<State, Key>;
}

/** These parts of the state alone: nothing is drawn anew when others change, which they do with every token. */
export const useParts = <K extends keyof InspectStore>(...keys: readonly K[]): Pick<InspectStore, K> =>
  useInspect(useShallow((state) => partsOf(state, keys)));

/** The models of the panes, in their order. */
export const usePaneModels = (): readonly string[] =>
  useInspect(useShallow(({ panes }) => panes.map(({ model }) => model)));

/** Whether any pane writes. */
export const useBusy = (): boolean => useInspect(({ panes }) => panes.some(({ answer }) => isBusy(answer)));

/** The text of an answer: as it ended, or what was written before it was stopped. */
export const answerText = ({ end, tokens }: PaneAnswer): string =>
  end?.text ??
  tokens
    .filter(({ special }) => !special)
    .map(({ text }) => text)
    .join('');

export const isBusy = (answer: PaneAnswer | null): boolean =>
  answer !== null && (answer.status === 'opening' || answer.status === 'writing');
