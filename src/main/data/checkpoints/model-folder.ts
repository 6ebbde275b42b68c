/** What every checkpoint format yields: a config, float32 tensors by Hugging Face name, and where its tokenizer lies. */
import type { AdapterFolder } from './adapter-folder.ts';

export interface TensorSource {
  names(): string[];
  shape(name: string): readonly number[];
  /** A fresh array the caller owns. */
  float32(name: string): Float32Array;
}

export interface ModelFolder {
  readonly path: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly generationConfig: Readonly<Record<string, unknown>>;
  readonly tensors: TensorSource;
  /** Folder or file that `loadTokenizer` reads; null when the checkpoint has none. */
  readonly tokenizerPath: string | null;
  readonly bytes: number;
  /** Where the folder is a PEFT adapter: config and tensors above are its base model's. */
  readonly adapter?: AdapterFolder;
}
