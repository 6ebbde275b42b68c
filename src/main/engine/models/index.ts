/** The model families this engine computes: one file each, one line here. */
import { registry } from '../../base/registry.ts';
import type { Architecture } from './architecture.ts';
import { UnsupportedModel } from './config.ts';
import { llama } from './llama.ts';

export const architectures = registry<Architecture>('model family', [llama]);

/** The family that reads a config.json; throws UnsupportedModel that lists what is supported. */
export function architectureOf(raw: Readonly<Record<string, unknown>>): Architecture {
  const type = String(raw.model_type ?? '');
  const found = architectures.all.find((a) => a.modelTypes.includes(type));
  if (found) return found;
  const known = architectures.all.flatMap((a) => a.modelTypes).join(', ');
  throw new UnsupportedModel(`config.json: model_type "${type}" is not supported; supported: ${known}`);
}
