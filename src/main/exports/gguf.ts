/** A GGUF file that llama.cpp reads, with tokenizer and chat template inside. */
import { join } from 'node:path';
import { EXACT_GELU, type GgufFamily, type OddPart, translate } from '../data/checkpoints/gguf/families/family.ts';
import { ggufFamilies } from '../data/checkpoints/gguf/families/index.ts';
import { modelMetadata } from '../data/checkpoints/gguf/model-metadata.ts';
import { ROPE_FACTORS } from '../data/checkpoints/gguf/rope.ts';
import { type TensorType, tensorTypes } from '../data/checkpoints/gguf/types/index.ts';
import { type WrittenTensor, writeGguf } from '../data/checkpoints/gguf/write.ts';
import { ggufTokenizer } from '../data/tokenizers/gguf/write.ts';
import { elementCount } from '../engine/graph/value.ts';
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
  library: 'gguf',
  types: ['f32', 'f16', 'bf16', 'q8_0'],
  async write(source, folder, { type = 'f16', signal, onProgress, note = () => undefined }) {
    const architecture = architectureOf(source.config);
    const config = architecture.readConfig(source.config);
    const family = familyOf(source, config);
    if (EXACT_GELU.includes(config.activation))
      note(`llama.cpp computes the activation ${config.activation} by its tanh approximation`);
    const about = { name: source.name, ...licenceMetadata(source) };
    const metadata = new Map([
      ...modelMetadata(family, config, TYPES[type], about),
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

function licenceMetadata({ licence }: ExportSource): Record<string, string> {
  if (licence === null) return {};
  const { id, name, link } = licence;
  return {
    license: id,
    ...(name === undefined ? {} : { 'license.name': name }),
    ...(link === undefined ? {} : { 'license.link': link }),
  };
}

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
  const odd = [[headOf(raw) === 'score', 'a score head'] as const, ...family.odd(config), oddYarn(config)];
  for (const [present, what] of odd)
    if (present) throw new ExportError(`${name}: ${what} cannot be written to a GGUF file of ${family.id}`);
  return family;
}

/** llama.cpp takes YaRN's ramp for granted: the usual turns, whole pairs. */
function oddYarn({ rope, rotarySize }: ModelConfig): OddPart {
  const what = 'YaRN with other turns (beta_fast, beta_slow) or a ramp between whole pairs (truncate)';
  if (rope?.type !== 'yarn') return [false, what];
  const own = ropeFrequencies(rope, rotarySize);
  const usual = ropeFrequencies({ ...rope, betaFast: 32, betaSlow: 1, truncate: true }, rotarySize);
  return [own.some((frequency, i) => Math.abs(frequency - usual[i]) > 1e-9 * usual[i]), what];
}

/** Llama 3's scaling as one factor for each rotary pair. */
function ropeFactors(family: GgufFamily, source: ExportSource, config: ModelConfig): WrittenTensor[] {
  const { rope } = config;
  if (rope === null || (rope.type !== 'llama3' && rope.type !== 'longrope')) return [];
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
  const own = architecture
    .parameters(config)
    .map(({ name, shape }) => ({ name, shape, from: name as string | undefined }));
  const filled = (family.filled?.(config) ?? []).map((tensor) => ({ from: undefined, ...tensor }));
  return [...own, ...filled].map(({ name, shape, from }) => {
    const inFile = translate(family.names, name, 'file');
    if (!inFile) throw new ExportError(`${model}: the tensor "${name}" has no place in a GGUF file of ${family.id}`);
    const layout = family.layout?.(name, config);
    const fileShape = layout?.fileShape(shape) ?? shape;
    return {
      name: inFile,
      shape: fileShape,
      type: typeOf(inFile, fileShape, wanted),
      values() {
        const values = from === undefined ? new Float32Array(elementCount(shape)) : tensors.float32(from);
        return scaledQueries(family, config, inFile, layout?.toFile(values, shape) ?? values);
      },
    };
  });
}

/** Where attention's scale is not the one llama.cpp has, the queries carry what is missing. */
function scaledQueries(family: GgufFamily, config: ModelConfig, name: string, values: Float32Array): Float32Array {
  const found = /^blk\.(\d+)\.attn_(q|qkv|q_norm)\.(weight|bias)$/.exec(name);
  if (!found) return values;
  const usual = family.attentionScale?.(config) ?? 1 / Math.sqrt(config.headSize);
  const factor = config.attentionScales[Number(found[1])] / usual;
  // a norm on heads takes away what stands before it
  const hasNorms = family.names.some(([file]) => file === 'blk.{i}.attn_q_norm');
  if (Math.abs(factor - 1) < 1e-6 || (hasNorms && found[2] !== 'q_norm')) return values;
  const queries = found[2] === 'qkv' ? values.length / 3 : values.length;
  return values.map((value, i) => (i < queries ? value * factor : value));
}

/** Vectors and learnt positions stay float32; rows that no whole blocks fit take float16, as llama.cpp's quantiser does. */
function typeOf(name: string, shape: readonly number[], wanted: TensorType): TensorType {
  if (shape.length < 2 || name === 'position_embd.weight') return tensorTypes.get('F32');
  return shape[shape.length - 1] % wanted.valuesPerBlock === 0 ? wanted : tensorTypes.get('F16');
}
