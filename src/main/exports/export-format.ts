/** What a format that models leave in is: one file each, and a line in index.ts. */
import type { Named } from '../base/registry.ts';
import type { TensorSource } from '../data/checkpoints/model-folder.ts';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import type { LoadedModel } from '../train/load-model.ts';
import type { Licence } from './licence.ts';

/** A model on its way out, wherever it came from: a folder, a file, or a base with an adapter merged into it. */
export interface ExportSource {
  /** Where its files lie when they can be taken as they are; null when it exists nowhere as files. */
  readonly path: string | null;
  readonly name: string;
  /** config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly generationConfig: Readonly<Record<string, unknown>>;
  readonly tensors: TensorSource;
  readonly tokenizer: Tokenizer | null;
  /** Tokenizer file of a format that holds none (llama2.c). */
  readonly tokenizerPath?: string;
  /** The base with its adapter apart, where the model is one. */
  readonly adapted: LoadedModel | null;
  /** Licence of the base model, when something beside it says so. */
  readonly licence: Licence | null;
}

export type ExportType = 'f32' | 'f16' | 'bf16' | 'q8_0';

export interface ExportOptions {
  /** Undefined: as the format prefers. */
  readonly type?: ExportType;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
  /** Told where the format's readers will differ in something that cannot be written. */
  note?(text: string): void;
}

export interface ExportFormat extends Named {
  readonly title: string;
  /** The hub's name of the library that reads it. */
  readonly library: string;
  /** It takes an adapter alone; the others have it merged into the weights. */
  readonly takesAdapter?: boolean;
  /** The types of weights it can be written in. */
  readonly types: readonly ExportType[];
  /** Fills an empty folder. Throws an error that names what the format cannot hold. */
  write(source: ExportSource, folder: string, options: ExportOptions): Promise<void>;
}

/** A model that a format cannot hold: exit code 3. */
export class ExportError extends Error {
  readonly code = 'cannot_export';
  readonly exitCode = 3;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExportError';
  }
}

/** For formats that are of no use without one. */
export function requireTokenizer({ tokenizer, name }: ExportSource): Tokenizer {
  if (tokenizer) return tokenizer;
  throw new ExportError(`${name}: it has no tokenizer; name one with --tokenizer FILE`);
}
