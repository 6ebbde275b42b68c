/** A Hugging Face folder that transformers loads: files as they are where that is possible, else written anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyModel } from '../data/checkpoints/copy-model.ts';
import { stringifyLike } from '../data/checkpoints/json-floats.ts';
import { type WrittenType, writeTensors } from '../data/checkpoints/safetensors.ts';
import { type ExportFormat, type ExportSource, requireTokenizer } from './export-format.ts';

const WRITTEN: Readonly<Record<string, { readonly type: WrittenType; readonly dtype: string }>> = {
  f32: { type: 'F32', dtype: 'float32' },
  f16: { type: 'F16', dtype: 'float16' },
  bf16: { type: 'BF16', dtype: 'bfloat16' },
};

export const hf: ExportFormat = {
  id: 'hf',
  title: 'Hugging Face folder',
  library: 'transformers',
  types: ['f32', 'f16', 'bf16'],
  async write(source, folder, { type, signal, onProgress }) {
    if (source.path !== null && type === undefined) {
      await copyModel(source.path, folder, { tokenizer: source.tokenizerPath, signal, onProgress });
      return;
    }
    const written = WRITTEN[type ?? 'f32'];
    writeBeside(source, folder, { dtype: written.dtype });
    writeTensors(join(folder, 'model.safetensors'), source.tensors, written.type, {
      onProgress(done, total) {
        signal?.throwIfAborted();
        onProgress?.(done, total);
      },
    });
  },
};

/** config.json, generation_config.json and the tokenizer's files; `changes` to the config win. */
export function writeBeside(source: ExportSource, folder: string, changes: Readonly<Record<string, unknown>>): void {
  const { torch_dtype: _old, ...config } = source.config;
  const json = (value: unknown, original: unknown = value) => `${stringifyLike(value, original)}\n`;
  const files: Record<string, string> = {
    'config.json': json({ ...config, ...changes }, source.config),
    ...(Object.keys(source.generationConfig).length > 0
      ? { 'generation_config.json': json(source.generationConfig) }
      : {}),
    ...requireTokenizer(source).files(),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
