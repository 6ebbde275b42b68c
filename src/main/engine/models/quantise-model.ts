/** A model whose matrices are codes: for generation and scoring with less memory. */
import { linearModules } from '../adapters/target-modules.ts';
import type { LanguageModel } from './language-model.ts';
import { type QuantisedForm, type QuantisedMatrix, quantiseMatrix } from './quantised.ts';

/**
 * What moves distributions least (SmolLM2-135M, nats a token): at 8 bits asymmetric codes, KL 0.0036, symmetric 0.0048; at 4 bits codes with offsets,
 * KL 0.0035 (its file's own grid is met), asymmetric 0.32, symmetric 0.40.
 */
export const generationForm = (bits: QuantisedForm['bits']): QuantisedForm => ({
  bits,
  blockSize: 32,
  zero: bits === 4 ? 'offset' : 'asymmetric',
  compute: 'int8',
});

/** A matrix that becomes codes. */
interface Quantisable {
  readonly weight: string;
  readonly out: number;
  readonly into: number;
  readonly transposed: boolean;
  readonly form: QuantisedForm;
  /** It is looked up as an embedding, too: its array stays. */
  readonly looked: boolean;
}

/** Every matrix that meets activations. The head has 8 bits at least: with 4 it would add a third to what all others change (SmolLM2-135M: KL 0.43 instead of 0.32). */
function quantisable(model: LanguageModel, form: QuantisedForm): Quantisable[] {
  const { architecture, config } = model;
  const head: QuantisedForm = { ...form, bits: 8, zero: form.zero === 'offset' ? 'asymmetric' : form.zero };
  const headName = `${architecture.headName}.weight`;
  const found = linearModules(model).map((module) => ({
    ...module,
    form: module.weight === headName ? head : form,
    looked: false,
  }));
  if (model.head !== 'language' || !config.tiedHead) return found;
  const table = `${architecture.embeddingName}.weight`;
  return [
    ...found,
    { weight: table, out: config.vocabulary, into: config.hidden, transposed: false, form: head, looked: true },
  ];
}

/** Bytes of the codes, scales and zero points that `quantiseModel` makes. */
export const quantisedBytes = (model: LanguageModel, form: QuantisedForm): number =>
  quantisable(model, form).reduce((sum, { out, into, form: { bits, blockSize, zero } }) => {
    const blocks = Math.ceil(into / blockSize);
    const beside = zero === 'offset' ? 4 * blocks : Math.ceil((blocks * bits) / 8);
    return sum + out * (blocks * ((blockSize * bits) / 8 + 4) + beside);
  }, 0);

/** Where weights come from, one after the other. */
type Take = (name: string, data: Float32Array) => Float32Array;

/**
 * The model with every matrix that meets activations as codes, the head included; float32 arrays are no longer part of it, unless they are looked up as
 * embeddings, too. It can be decoded and scored with frozen weights. `read` is given what to do with each weight of a model that has no arrays yet (`shapes`), so
 * that never more than one matrix is there twice.
 */
export function quantiseOnLoad(
  shapes: LanguageModel,
  form: QuantisedForm,
  read: (take: Take) => LanguageModel,
): LanguageModel {
  const wanted = new Map(quantisable(shapes, form).map((matrix) => [matrix.weight, matrix]));
  const quantised = new Map<string, QuantisedMatrix>();
  const nothing = new Float32Array(0);
  const model = read((name, data) => {
    const matrix = wanted.get(name);
    if (!matrix) return data;
    quantised.set(name, quantiseMatrix(data, matrix, matrix.form));
    return matrix.looked ? data : nothing;
  });
  const weights = new Map([...model.weights].filter(([, data]) => data !== nothing));
  return { ...model, weights, quantised };
}

/** The same of a model in memory, whose arrays stay the caller's. */
export const quantiseModel = (model: LanguageModel, form: QuantisedForm): LanguageModel =>
  quantiseOnLoad(model, form, (take) => ({
    ...model,
    weights: new Map([...model.weights].map(([name, data]) => [name, take(name, data)])),
  }));
