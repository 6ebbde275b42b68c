/** The formats that models leave in: one file each, one line here. */
import { registry } from '../base/registry.ts';
import type { ExportFormat } from './export-format.ts';
import { gguf } from './gguf.ts';
import { hf } from './hf.ts';
import { onnx } from './onnx.ts';
import { peft } from './peft.ts';

export const exportFormats = registry<ExportFormat>('export format', [hf, peft, onnx, gguf]);
