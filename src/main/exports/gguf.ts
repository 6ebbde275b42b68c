/** A GGUF file that llama.cpp reads, with tokenizer and chat template inside. */
import { join } from 'node:path';
import { type GgufFamily, translate } from '../data/checkpoints/gguf/families/family.ts';
import { ggufFamilies } from '../data/checkpoints/gguf/families/index.ts';
import { modelMetadata } from '../data/checkpoints/gguf/model-metadata.ts';
import { ROPE_FACTORS } from '../data/checkpoints/gguf/rope.ts';
import { type TensorType, tensorTypes } from '../data/checkpoints/gguf/types/index.ts';
import { type WrittenTensor, writeGguf } from '../data/checkpoints/gguf/write.ts';
import { toNeighbours } from '../data/checkpoints/rotary-order.ts';
import { ggufTokenizer } from '../data/tokenizers/gguf/write.ts';
import { isSilu } from '../engine/models/activations.ts';
import type { Architecture } from '../engine/models/architecture.ts';
import type { ModelConfig } from '../engine/models/config.ts';
import { architectureOf } from '../engine/models/index.ts';
import { ropeFrequencies } from '../engine/models/rope.ts';
import { headOf } from '../engine/models/score-head.ts';
import { ExportError, type ExportFormat, type ExportSource, requireTokenizer } from './export-format.ts';

const TYPES: Readonly<Record<string, string>> = { f32: 'F32', f16: 'F16', bf16: 'BF16', q8_0: 'Q8_0' };

export const gguf: ExportFormat = {
  id: 'gguf',
  title: 'GGUF file',
  types: ['f32', 'f16', 'bf16', 'q8_0'],
  async write(source, folder, { type = 'f16', signal, onProgress, note = () => undefined }) {
    const architecture = architectureOf(source.config);
    const config = architecture.readConfig(source.config);
    const family = familyOf(source, config);
    const about = { name: source.name, ...(source.licence === null ? {} : { license: source.licence }) };
    const metadata = new Map([
      ...modelMetadata(family, { ...config, rope: ropeOf(source, config) }, TYPES[type], about),
      ...ggufTokenizer(requireTokenizer(source), config.vocabulary, note),
    ]);
    const tensors = [
      ...ropeFactors(family, source, config),
      ...weights(family, architecture, config, source, tensorTypes.get(TYPES[type])),
    ];
    writeGguf(join(folder, `${fileStem(source.name)}-${TYPES[type]}.gguf`), metadata, tensors, (done, total) => {
      signal?.throwIfAborted();
      onProgress?.(done, total);
    });
  },
};

const fileStem = (name: string): string => name.replace(/[^\w.-]+/g, '-').replace(/\.gguf$/i, '') || 'model';

/** The family in a GGUF file; refuses each part of a model that llama.cpp computes otherwise, or not at all, under that name. */
function familyOf({ name, config: raw }: ExportSource, config: ModelConfig): GgufFamily {
  const family = ggufFamilies.all.find(({ writes }) => writes.includes(String(raw.model_type)));
  if (!family) {
    const known = ggufFamilies.all.flatMap(({ writes }) => writes).join(', ');
    throw new ExportError(
      `${name}: a ${String(raw.model_type)} model is not written to GGUF files; written are ${known}`,
    );
  }
  const odd: readonly (readonly [boolean, string])[] = [
    [headOf(raw) === 'score', 'a score head'],
    [!isSilu(config.activation), `the activation ${config.activation}`],
    [config.windows.some((window) => window !== null), 'sliding windows'],
    [config.attentionCap !== null || config.logitCap !== null, 'soft caps'],
    [config.embeddingScale !== 1, 'scaled embeddings'],
    [config.rope?.interleaved ?? false, 'interleaved rotation'],
    [hasOwnRamp(config), "a ramp of YaRN's other than the usual one"],
    [
      config.attentionScales.some((scale) => Math.abs(scale * Math.sqrt(config.headSize) - 1) > 1e-6),
      'another scale of attention',
    ],
  ];
  for (const [present, what] of odd)
    if (present) throw new ExportError(`${name}: ${what} cannot be written to a GGUF file of ${family.id}`);
  return family;
}

/** llama.cpp's families that are written have YaRN's usual ramp, whatever the file says. */
const hasOwnRamp = ({ rope }: ModelConfig): boolean =>
  rope?.type === 'yarn' && (rope.betaFast !== 32 || rope.betaSlow !== 1 || !rope.truncate);

function ropeOf({ name }: ExportSource, { rope }: ModelConfig): NonNullable<ModelConfig['rope']> {
  if (rope) return rope;
  throw new ExportError(`${name}: learnt positions cannot be written to a GGUF file`);
}

/** Llama 3's scaling as one factor for each rotary pair. */
function ropeFactors(family: GgufFamily, source: ExportSource, config: ModelConfig): WrittenTensor[] {
  const rope = ropeOf(source, config);
  if (rope.type !== 'llama3' && rope.type !== 'longrope') return [];
  if (family.id !== 'llama')
    throw new ExportError(`${source.name}: RoPE scaling "${rope.type}" is read by llama.cpp for llama only`);
  const [plain, scaled] = [{ ...rope, type: 'default' as const }, rope].map((r) => ropeFrequencies(r, config.headSize));
  const factors = Float32Array.from(plain, (frequency, i) => frequency / scaled[i]);
  return [{ name: ROPE_FACTORS, shape: [factors.length], type: tensorTypes.get('F32'), values: () => factors }];
}

function weights(
  family: GgufFamily,
  architecture: Architecture,
  config: ModelConfig,
  { name: model, tensors }: ExportSource,
  wanted: TensorType,
): WrittenTensor[] {
  return architecture.parameters(config).map(({ name, shape }) => {
    const inFile = translate(family.names, name, 'file');
    if (!inFile) throw new ExportError(`${model}: the tensor "${name}" has no place in a GGUF file of ${family.id}`);
    const isTurned = family.neighbouringRows && /\.[qk]_proj\.(weight|bias)$/.test(name);
    return {
      name: inFile,
      shape,
      type: typeOf(shape, wanted),
      values: () => {
        const values = tensors.float32(name);
        return isTurned ? toNeighbours(values, shape[0], config.headSize) : values;
      },
    };
  });
}

/** Vectors stay float32; rows that no whole blocks fit take float16, as llama.cpp's quantiser does. */
function typeOf(shape: readonly number[], wanted: TensorType): TensorType {
  if (shape.length < 2) return tensorTypes.get('F32');
  return shape[shape.length - 1] % wanted.valuesPerBlock === 0 ? wanted : tensorTypes.get('F16');
}
