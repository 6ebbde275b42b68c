/** Who reads what was written, and how far ln p (or a score) may lie from ours. */
import type { ExportType } from '../../src/main/exports/export-format.ts';
import type { ReaderName } from './readers.ts';

export type SubjectKind = 'language' | 'adapted' | 'score' | 'adapted score';

export interface Check {
  readonly id: string;
  readonly format: string;
  readonly type?: ExportType;
  readonly reader: ReaderName;
  /** What the reader is to do with the folder. */
  readonly kind: 'hf' | 'peft' | 'onnx' | 'gguf' | 'score' | 'peft score';
  readonly kinds: readonly SubjectKind[];
  /** Numbers rounded to the written type differ by that rounding; llama.cpp also rounds activations, and GELU by a table of float16. */
  readonly tolerance: number;
}

const models: readonly SubjectKind[] = ['language', 'adapted'];
const gguf = (type: ExportType, tolerance: number): Check => ({
  id: `GGUF ${type}, llama.cpp`,
  format: 'gguf',
  type,
  reader: 'llama.cpp',
  kind: 'gguf',
  kinds: models,
  tolerance,
});

export const CHECKS: readonly Check[] = [
  { id: 'HF, transformers', format: 'hf', reader: 'python', kind: 'hf', kinds: models, tolerance: 1e-4 },
  {
    id: 'HF bf16, transformers',
    format: 'hf',
    type: 'bf16',
    reader: 'python',
    kind: 'hf',
    kinds: models,
    tolerance: 1,
  },
  { id: 'adapter, PEFT', format: 'peft', reader: 'python', kind: 'peft', kinds: ['adapted'], tolerance: 1e-4 },
  { id: 'ONNX, onnxruntime', format: 'onnx', reader: 'python', kind: 'onnx', kinds: models, tolerance: 1e-4 },
  {
    id: 'ONNX, transformers.js',
    format: 'onnx',
    reader: 'transformers.js',
    kind: 'onnx',
    kinds: models,
    tolerance: 1e-4,
  },
  gguf('f32', 0.01),
  // F16, BF16 and Q8_0 are written byte for byte as llama.cpp's own quantiser writes them (SmolLM2-135M, 272 tensors): the distance is its own, as it rounds
  // activations to the weights' type. On SmolLM2 rounding the weights alone changes ln p by 0.022, 0.038 and 0.20, reading with llama.cpp by 0.024, 0.32 and 0.53.
  gguf('f16', 0.1),
  gguf('bf16', 1),
  gguf('q8_0', 2),
  {
    id: 'classifier, transformers',
    format: 'hf',
    reader: 'python',
    kind: 'score',
    kinds: ['score', 'adapted score'],
    tolerance: 1e-4,
  },
  {
    id: 'classifier adapter, PEFT',
    format: 'peft',
    reader: 'python',
    kind: 'peft score',
    kinds: ['adapted score'],
    tolerance: 1e-4,
  },
];
