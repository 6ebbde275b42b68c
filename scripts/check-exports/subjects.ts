/** What is exported: models named on the command line, or small ones of every family made here, with adapters of every kind and score heads. */
import { basename, join } from 'node:path';
import { createRandom } from '../../src/main/base/random.ts';
import { withFreshAdapter } from '../../src/main/engine/adapters/lora.ts';
import type { LoraConfig } from '../../src/main/engine/adapters/lora-config.ts';
import { Decoder } from '../../src/main/engine/generation/decoder.ts';
import { generate } from '../../src/main/engine/generation/generate.ts';
import { type LanguageModel, loadLanguageModel } from '../../src/main/engine/models/language-model.ts';
import { withScoreHead } from '../../src/main/engine/models/score-head.ts';
import { createRewardScorer } from '../../src/main/evaluate/reward-scoring.ts';
import { createScorer } from '../../src/main/evaluate/scoring.ts';
import type { ExportSource } from '../../src/main/exports/export-format.ts';
import { exportModel, exportSource } from '../../src/main/exports/export-model.ts';
import { exportFormats } from '../../src/main/exports/index.ts';
import { loadModel } from '../../src/main/train/load-model.ts';
import { CONFIGS, type Json, modelTokenizer, OTHER_CONFIGS, tinySource } from '../../test/exports/tiny-models.ts';
import type { SubjectKind } from './checks.ts';
import { NEW_TOKENS } from './readers.ts';

export const TEXTS = [
  'Once upon a time there was a little dog',
  ' leading space,  two spaces\nand a line, 123 numbers!',
  'naïve café, 東京 and 😀: isn’t',
];

export interface Expected {
  readonly ids: number[][];
  readonly values: ArrayLike<number>[];
  /** Likeliest tokens, end tokens ignored. */
  readonly greedy: number[][];
}

export interface Subject {
  readonly name: string;
  readonly family: string;
  readonly kind: SubjectKind;
  /** Folder of the base, where there is an adapter. */
  readonly base: string | null;
  /** What the refusal of a format says that cannot hold this model. */
  readonly refused?: RegExp;
  source(): ExportSource;
  expected(source: ExportSource): Promise<Expected>;
}

const options = { weights: 'frozen', maxPositions: 128, threads: 1 } as const;

const positionsOf = ({ config }: LanguageModel): number => Math.min(options.maxPositions, config.context);

async function expected(source: ExportSource): Promise<Expected> {
  const { tokenizer } = source;
  if (!tokenizer) throw new Error(`${source.name}: it has no tokenizer`);
  const ids = TEXTS.map((text) => tokenizer.encode(text).ids);
  const model = source.adapted?.model ?? loadLanguageModel(source.config, source.tensors);
  return model.head === 'score' ? scores(model, ids) : logps(model, ids);
}

async function scores(model: LanguageModel, ids: number[][]): Promise<Expected> {
  const scorer = await createRewardScorer(model, { ...options, maxPositions: positionsOf(model) });
  const values = [...(await scorer.scores(ids))].map((score) => [score]);
  await scorer.close();
  return { ids, values, greedy: [] };
}

async function logps(model: LanguageModel, ids: number[][]): Promise<Expected> {
  const maxPositions = positionsOf(model);
  const scorer = await createScorer(model, { ...options, maxPositions });
  const values = await scorer.score(ids);
  await scorer.close();
  const decoder = await Decoder.create(model, { weights: 'frozen', maxPositions });
  const rules = { maxNewTokens: NEW_TOKENS, greedy: true, eosIds: [], ignoreEos: true, random: createRandom(1) };
  const greedy = (await generate(decoder, ids, rules)).map((completion) => completion.ids);
  await decoder.close();
  return { ids, values, greedy };
}

export function openSubject(path: string): Subject {
  const source = exportSource(path);
  const scoring =
    source.adapted?.model.head === 'score' || /SequenceClassification/.test(String(source.config.architectures));
  const kind = source.adapted ? (scoring ? 'adapted score' : 'adapted') : scoring ? 'score' : 'language';
  const base = source.adapted?.folder.path ?? null;
  return {
    name: basename(path),
    family: String(source.config.model_type),
    kind,
    base,
    refused: /cannot hold this tokenizer|cannot be written to a GGUF file/,
    source: () => source,
    expected,
  };
}

const PLAIN: LoraConfig = {
  rank: 4,
  alpha: 8,
  dropout: 0,
  rankStabilised: false,
  targets: 'all-linear',
  excluded: [],
  layers: null,
  layersPattern: [],
  rankPattern: {},
  alphaPattern: {},
  modulesToSave: [],
  task: 'CAUSAL_LM',
};

/** Adapters of every kind; `ends` are the ends of two module names of the family, `head` its head as transformers 5 calls it. */
const ADAPTERS: Readonly<Record<string, (ends: readonly [string, string], head: string) => Partial<LoraConfig>>> = {
  'all-linear, rsLoRA': () => ({ rankStabilised: true }),
  patterns: ([first, second]) => ({
    targets: [first, second],
    rankPattern: { [first]: 2 },
    alphaPattern: { [second]: 3 },
  }),
  'whole head': ([first], head) => ({ targets: [first], modulesToSave: [head] }),
  'head as target': ([first], head) => ({ targets: [first, head] }),
  'one layer, regular expression': ([first]) => ({ targets: `.*\\.1\\..*${first}`, excluded: [] }),
};

const ENDS: Readonly<Record<string, readonly [string, string]>> = {
  gpt2: ['c_attn', 'c_fc'],
  gpt_neox: ['query_key_value', 'dense_h_to_4h'],
};

/** Every B, and what is trained whole, away from where it starts. */
function moved(model: LanguageModel): LanguageModel {
  const random = createRandom(9);
  for (const [name, data] of model.adapter?.weights ?? [])
    if (!name.includes('lora_A')) for (let i = 0; i < data.length; i++) data[i] += 0.1 * random.normal();
  return model;
}

const GGUF_LACKS: Readonly<Record<string, RegExp>> = {
  mistral: /sliding windows cannot be written/,
  // a merged head of its own
  gemma2: /a head of its own cannot be written/,
};

/** Models are written to `folder` first, as every export starts from a folder. */
export async function madeSubjects(folder: string): Promise<Subject[]> {
  const subjects: Subject[] = [];
  const seen = new Set<string>();
  for (const [name, config] of Object.entries({ ...CONFIGS, ...OTHER_CONFIGS })) {
    const family = String(config.model_type);
    const base = await made(join(folder, `base ${name}`), { ...config, pad_token_id: 2 });
    const shared = { family, refused: GGUF_LACKS[family], expected };
    subjects.push({ ...shared, name, kind: 'language', base: null, source: () => exportSource(base) });
    if (seen.has(family)) continue;
    seen.add(family);
    for (const [adapter, make] of Object.entries(ADAPTERS)) {
      const own = make(ENDS[family] ?? ['q_proj', 'up_proj'], 'lm_head');
      const path = await adapterOf(join(folder, `${name} ${adapter}`), base, { ...PLAIN, ...own });
      subjects.push({
        ...shared,
        name: `${name}, ${adapter}`,
        kind: 'adapted',
        base,
        source: () => exportSource(path),
      });
    }
    subjects.push(...(await scoreSubjects(folder, base, { name, family })));
  }
  return subjects;
}

async function made(path: string, config: Json): Promise<string> {
  const { source } = tinySource(config);
  await write({ ...source, tokenizer: modelTokenizer(config) }, path, 'hf');
  return path;
}

const write = (source: ExportSource, out: string, format: string) =>
  exportModel(source, { format: exportFormats.get(format), out, run: null, base: null, basePath: null });

/** Saved, then opened and saved once more: an adapter that starts from one that was there. */
async function adapterOf(path: string, base: string, config: LoraConfig): Promise<string> {
  const loaded = loadModel(base, { head: 'any' });
  const start = config.task === 'SEQ_CLS' ? withScoreHead(loaded.model, 5) : loaded.model;
  const model = moved(withFreshAdapter(start, config, 3));
  const source = { ...exportSource(base), adapted: { ...loaded, model } };
  await write(source, `${path} first`, 'peft');
  await write(exportSource(`${path} first`), path, 'peft');
  return path;
}

async function scoreSubjects(
  folder: string,
  base: string,
  { name, family }: { name: string; family: string },
): Promise<Subject[]> {
  const loaded = loadModel(base);
  const model = withScoreHead(loaded.model, 5);
  const tensors = {
    names: () => [...model.weights.keys()],
    shape: (tensor: string) => model.specs.find((spec) => spec.name === tensor)?.shape ?? [],
    float32: (tensor: string) => model.weights.get(tensor) ?? new Float32Array(),
  };
  const path = join(folder, `${name} score`);
  await write({ ...exportSource(base), path: null, config: model.config.raw, tensors }, path, 'hf');
  const task = { ...PLAIN, task: 'SEQ_CLS', modulesToSave: ['score'] } as const;
  const adapter = await adapterOf(join(folder, `${name} score adapter`), base, task);
  const shared = { family, expected };
  return [
    { ...shared, name: `${name}, score`, kind: 'score', base: null, source: () => exportSource(path) },
    { ...shared, name: `${name}, score adapter`, kind: 'adapted score', base, source: () => exportSource(adapter) },
  ];
}
