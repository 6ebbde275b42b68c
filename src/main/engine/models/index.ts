/** The model families this engine computes: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { Architecture } from './architecture.ts';
import { UnsupportedModel } from './config.ts';
import { gemma2 } from './gemma2.ts';
import { gemma3 } from './gemma3.ts';
import { gptNeox } from './gpt-neox.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
import { mistral } from './mistral.ts';
import { qwen2 } from './qwen2.ts';
import { qwen3 } from './qwen3.ts';

export const architectures = registry<Architecture>('model family', [
  llama,
  qwen2,
  qwen3,
  mistral,
  gemma2,
  gemma3,
  gpt2,
  gptNeox,
]);

/** The family that reads a config.json; throws UnsupportedModel that lists what is supported. */
export function architectureOf(raw: Readonly<Record<string, unknown>>): Architecture {
  if (raw.quantization_config)
    throw new UnsupportedModel(
      `config.json: the weights are quantised (${JSON.stringify(raw.quantization_config).slice(0, 80)}); F32, F16 or BF16 are needed`,
    );
  const type = String(raw.model_type ?? '');
  const found = architectures.all.find((a) => a.modelTypes.includes(type));
  if (found) return found;
  const known = architectures.all.flatMap((a) => a.modelTypes).join(', ');
  throw new UnsupportedModel(`config.json: model_type "${type}" is not supported; supported: ${known}`);
}
