/** The model families that GGUF files are read of and written for: one file each, one line here. */
import { registry } from '../../../../base/registry.ts';
import type { GgufFamily } from './family.ts';
import { gemma2 } from './gemma2.ts';
import { gemma3 } from './gemma3.ts';
import { gpt2 } from './gpt2.ts';
import { gptneox } from './gptneox.ts';
import { llama } from './llama.ts';
import { qwen2 } from './qwen2.ts';
import { qwen3 } from './qwen3.ts';

export const ggufFamilies = registry<GgufFamily>('GGUF architecture', [
  llama,
  qwen2,
  qwen3,
  gemma2,
  gemma3,
  gpt2,
  gptneox,
]);
