/** The draft of a new run: kept for the session, so that leaving the wizard loses nothing. */
import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';
import type { RunDetail } from '../../../preload/contract/index.ts';
import type { Values } from '../../components/params.ts';
import { NO_SWEEP, type Sweep } from './sweep.ts';

export interface Draft {
  readonly step: number;
  readonly method: string | null;
  readonly model: string | null;
  readonly dataset: string | null;
  readonly name: string;
  readonly values: Values;
  readonly sweep: Sweep;
}

export const EMPTY_DRAFT: Draft = {
  step: 0,
  method: null,
  model: null,
  dataset: null,
  name: '',
  values: {},
  sweep: NO_SWEEP,
};

export const useDraft = create<Draft>()(
  persist(() => EMPTY_DRAFT, { name: 'plumbline.draft', storage: createJSONStorage(() => sessionStorage) }),
);

/** Keys that the wizard sets in its own steps, or that the workspace decides. */
export const WIZARD_KEYS = ['method', 'model', 'dataset', 'output_dir', 'tokenizer'] as const;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Options that name a model or a dataset of the workspace. */
const NAMES = /(?:model|adapter|dataset)$/;
/** A run of the command line or of the quickstart may name a folder, which no page can. */
const isPlace = (value: unknown) => typeof value === 'string' && /[\\/]/.test(value);

/** The run's data, in the version that its config names. */
function versionOf({ dataset, config }: RunDetail): string | null {
  const named = text(config.dataset);
  return dataset === null || named?.replace(/@\d+$/, '') === dataset ? named : dataset;
}

/** "pairs@2" → "pairs". */
export const datasetName = (reference: string | null): string | null => reference?.replace(/@\d+$/, '') ?? null;

/** Options that mean the same in either method. */
const SHARED = ['beta', 'learning_rate', 'per_device_train_batch_size', 'max_length', 'task', 'seed'];

/** A draft of another method that begins with the model this run made and is held against the reference it had. */
export function continuedDraft(run: RunDetail, method: string): Draft {
  const kept = Object.entries(run.config).filter(([key]) => SHARED.includes(key));
  const reference = run.referenceModel === null ? [] : [['ref_model', run.referenceModel] as const];
  return {
    ...EMPTY_DRAFT,
    step: 1,
    method,
    model: run.name,
    // pairs are prompts as well
    dataset: versionOf(run),
    values: Object.fromEntries([...kept, ...reference]),
  };
}

/** A draft with the config of a run, opened at its parameters. */
export function draftFromRun(run: RunDetail): Draft {
  const kept = ([key, value]: [string, unknown]) =>
    !(WIZARD_KEYS as readonly string[]).includes(key) && !(NAMES.test(key) && isPlace(value));
  const values = Object.fromEntries(Object.entries(run.config).filter(kept));
  return {
    step: 3,
    method: run.method,
    model: run.model ?? text(run.config.model),
    dataset: versionOf(run),
    name: '',
    values,
    sweep: NO_SWEEP,
  };
}
