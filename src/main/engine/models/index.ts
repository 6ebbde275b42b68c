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
  refuseOwnCode(raw.auto_map);
  const { model_type: type } = raw;
  const found = architectures.all.find((a) => typeof type === 'string' && a.modelTypes.includes(type));
  if (found) return found;
  const known = architectures.all.flatMap((a) => a.modelTypes).join(', ');
  const named = type === undefined ? 'there is no model_type' : `model_type ${JSON.stringify(type)} is not supported`;
  throw new UnsupportedModel(`config.json: ${named}; supported: ${known}`);
}

/** A checkpoint whose model is a program beside it may compute anything, whatever its model_type says. */
function refuseOwnCode(map: unknown): void {
  const entries = map !== null && typeof map === 'object' ? Object.entries(map) : [];
  const [key, code] = entries.find(([name]) => name.startsWith('AutoModel')) ?? [];
  if (key !== undefined)
    throw new UnsupportedModel(
      `config.json: "auto_map" says that the model is a program of its own (${key}: ${JSON.stringify(code)}), which is not run; where the weights are plain ${[...new Set(architectures.all.map((a) => a.id))].join(', ')}, take "auto_map" out`,
    );
}
