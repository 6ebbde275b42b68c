/** What a trainer that a recipe is handed to leaves in: one file each, and a line in index.ts. */
import type { Named } from '../../base/registry.ts';

/** A run or a config, resolved: what is trained, from what, with which options. Paths are relative to the handed-off folder. */
export interface Recipe {
  readonly name: string;
  readonly method: string;
  /** Every option of the method, defaults included. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Options whose value is not the method's default. */
  readonly stated: ReadonlySet<string>;
  readonly model: string;
  /** Where it is another model than the one training starts from. */
  readonly reference: string | null;
  readonly rewardModel: string | null;
  readonly train: DataFile;
  readonly evaluation: DataFile | null;
}

export interface DataFile {
  readonly file: string;
  readonly rows: number;
  /** Prompts or answers are lists of messages. */
  readonly conversational: boolean;
}

/** What becomes of an option there. */
export interface Fate {
  readonly option: string;
  readonly value: unknown;
  /** As the target writes it; null where it has no such thing. */
  readonly as: string | null;
  /** What that means. */
  readonly note?: string;
}

export interface Handoff {
  /** Texts by file name. */
  readonly files: Readonly<Record<string, string>>;
  readonly fates: readonly Fate[];
  /** How it is started. */
  readonly command: string;
  /** What must be known or filled in before the start. */
  readonly notes: readonly string[];
}

export interface HandoffTarget extends Named {
  readonly title: string;
  /** Release whose options are written. */
  readonly release: string;
  /** Throws ExportError for a method or an objective that the target does not have. */
  write(recipe: Recipe): Handoff;
}
