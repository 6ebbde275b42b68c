/** ONNX with a KV cache in the layout that transformers.js reads: onnx/model.onnx beside config and tokenizer. */
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAll } from '../data/checkpoints/safetensors.ts';
import { loadLanguageModel } from '../engine/models/language-model.ts';
import { encodePortable } from '../engine/onnx/encode.ts';
import { ExportError, type ExportFormat } from './export-format.ts';
import { writeBeside } from './hf.ts';
import { portableGraph } from './onnx-graph.ts';
import { adaptTokenizer } from './onnx-tokenizer.ts';

export const DATA_FILE = 'model.onnx_data';

export const onnx: ExportFormat = {
  id: 'onnx',
  title: 'ONNX folder',
  library: 'transformers.js',
  types: ['f32'],
  async write(source, folder, { signal, onProgress }) {
    const model = loadLanguageModel(source.config, source.tensors);
    if (model.head === 'score') throw new ExportError(`${source.name}: a score head is not written to ONNX`);
    const { bytes, external } = encodePortable(portableGraph(model), DATA_FILE);
    mkdirSync(join(folder, 'onnx'));
    writeFileSync(join(folder, 'onnx', 'model.onnx'), bytes);
    if (external.length > 0) writeParts(join(folder, 'onnx', DATA_FILE), external, signal, onProgress);
    const config = external.length > 0 ? { 'transformers.js_config': { use_external_data_format: true } } : {};
    writeBeside(source, folder, { dtype: 'float32', ...config });
    adaptTokenizer(folder, source.tokenizer, source.name);
  },
};

function writeParts(
  path: string,
  parts: readonly Uint8Array[],
  signal: AbortSignal | undefined,
  onProgress: ((done: number, total: number) => void) | undefined,
): void {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const fd = openSync(path, 'w');
  try {
    let done = 0;
    for (const part of parts) {
      signal?.throwIfAborted();
      writeAll(fd, part);
      done += part.length;
      onProgress?.(done, total);
    }
  } finally {
    closeSync(fd);
  }
}
