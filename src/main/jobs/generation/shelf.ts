/** Models that are open in the generation process: each once, its sessions beside it; the ones not used longest are closed when memory runs short. */
import { readdirSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint } from '../../data/checkpoints/index.ts';
import { Decoder } from '../../engine/generation/decoder.ts';
import type { LanguageModel } from '../../engine/models/language-model.ts';
import { createRewardScorer, type RewardScorer } from '../../evaluate/reward-scoring.ts';
import { createScorer, type Scorer } from '../../evaluate/scoring.ts';
import { openPredictionReader, type PredictionReader } from '../../evaluate/token-reading.ts';
import { type LoadedModel, loadModel } from '../../train/load-model.ts';
import { type CodeBits, codeBytes, inCodes, type ModelInCodes } from './codes.ts';
import { GenerationError, type ModelSource } from './work.ts';

/** Float32 weights as loaded, and packed by the runtime. */
const BYTES_PER_WEIGHT = 8;
/** Sessions are opened for lengths that are powers of two from here on, so that a longer prompt rarely opens another one. */
const SHORTEST = 256;

/** A model in use; its sessions stay open for the next user. */
export interface OpenModel {
  readonly loaded: LoadedModel;
  /** Positions that both the model and its sessions have at most. */
  readonly context: number;
  decoder(positions: number): Promise<Decoder>;
  reader(positions: number): Promise<PredictionReader>;
  scorer(positions: number): Promise<Scorer>;
  rewards(positions: number): Promise<RewardScorer>;
  /** The same with its matrices as codes. */
  codes(bits: CodeBits): Promise<ModelInCodes & { decoder(positions: number): Promise<Decoder> }>;
}

interface Closable {
  close(): Promise<void>;
}

interface Entry {
  readonly loaded: LoadedModel;
  /** Grows when codes are made of it. */
  bytes: number;
  /** Changes when the files do. */
  readonly stamp: string;
  /** With and without its adapter. */
  readonly variants: Map<boolean, OpenModel>;
  readonly sessions: Map<string, Promise<Closable>>;
  users: number;
  lastUsed: number;
}

export interface ModelShelf {
  /** Runs `body` with the model, which stays open at least that long. Throws what `loadModel` throws. */
  use<T>(source: ModelSource, body: (model: OpenModel) => Promise<T>): Promise<T>;
  /** Paths of the models that are open, the one used last at the end. */
  open(): readonly string[];
  /** Memory that the open models are taken to need. */
  bytes(): number;
  close(): Promise<void>;
}

export function createShelf({ budget = totalmem() / 2 }: { readonly budget?: number } = {}): ModelShelf {
  const entries = new Map<string, Entry>();
  let clock = 0;
  const bytes = () => [...entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
  const drop = async (path: string, entry: Entry) => {
    entries.delete(path);
    for (const session of entry.sessions.values())
      await session.then(
        (opened) => opened.close(),
        () => undefined,
      );
  };
  /** Closes what nobody uses, longest unused first, until `needed` fits; one model always fits. */
  const makeRoom = async (needed: number) => {
    while (bytes() + needed > budget) {
      const [oldest] = [...entries]
        .filter(([, { users }]) => users === 0)
        .sort((a, b) => a[1].lastUsed - b[1].lastUsed);
      if (!oldest) return;
      await drop(...oldest);
    }
  };
  const entryOf = async (path: string): Promise<Entry> => {
    const stamp = stampOf(path);
    const known = entries.get(path);
    if (known?.stamp === stamp) return known;
    if (known?.users === 0) await drop(path, known);
    const needed = weightsIn(path) * BYTES_PER_WEIGHT;
    await makeRoom(needed);
    const loaded = loadModel(path, { head: 'any' });
    const entry: Entry = {
      loaded,
      bytes: needed,
      stamp,
      variants: new Map(),
      sessions: new Map(),
      users: 0,
      lastUsed: 0,
    };
    entries.set(path, entry);
    return entry;
  };
  // one after the other: two panes that ask for the same model must not both load it
  let queue: Promise<unknown> = Promise.resolve();
  const claim = (path: string): Promise<Entry> => {
    const next = queue.then(async () => {
      const entry = await entryOf(path);
      entry.users++;
      return entry;
    });
    queue = next.catch(() => undefined);
    return next;
  };
  return {
    async use({ path, adapter }, body) {
      const entry = await claim(path);
      try {
        return await body(variantOf(entry, adapter, makeRoom));
      } finally {
        entry.users--;
        entry.lastUsed = ++clock;
        // its files changed while it was in use, and another took its place
        if (entry.users === 0 && entries.get(path) !== entry) await drop('', entry);
      }
    },
    open: () => [...entries].sort((a, b) => a[1].lastUsed - b[1].lastUsed).map(([path]) => path),
    bytes,
    async close() {
      for (const [path, entry] of [...entries]) await drop(path, entry);
    },
  };
}

type MakeRoom = (bytes: number) => Promise<void>;

function variantOf(entry: Entry, adapter: boolean, makeRoom: MakeRoom): OpenModel {
  const wanted = adapter && entry.loaded.model.adapter !== undefined;
  const known = entry.variants.get(wanted);
  if (known) return known;
  const opened = openModel(entry, wanted, makeRoom);
  entry.variants.set(wanted, opened);
  return opened;
}

/** The model with or without its adapter: the weights, and what the runtime packed of them, are the same. */
function openModel(entry: Entry, adapter: boolean, makeRoom: MakeRoom): OpenModel {
  const { loaded: whole, sessions } = entry;
  const model: LanguageModel = adapter ? whole.model : { ...whole.model, adapter: undefined };
  const { context } = model.config;
  const session = async <T extends Closable>(
    kind: string,
    positions: number,
    open: (maxPositions: number) => Promise<T>,
  ): Promise<T> => {
    const maxPositions = lengthFor(positions, context);
    const key = `${kind} ${adapter} ${maxPositions}`;
    const known = sessions.get(key) ?? open(maxPositions);
    sessions.set(key, known);
    try {
      return (await known) as T;
    } catch (error) {
      sessions.delete(key);
      throw error;
    }
  };
  const options = (maxPositions: number) => ({ weights: 'frozen', maxPositions }) as const;
  const loaded = { ...whole, model };
  const coded = new Map<CodeBits, Promise<ModelInCodes>>();
  const makeCodes = async (bits: CodeBits) => {
    const needed = codeBytes(model, bits);
    await makeRoom(needed);
    const made = await inCodes(loaded, bits);
    entry.bytes += needed;
    return made;
  };
  return {
    loaded,
    context,
    decoder: (positions) => session('decoder', positions, (most) => Decoder.create(model, options(most))),
    reader: (positions) => session('reader', positions, (most) => openPredictionReader(model, options(most))),
    scorer: (positions) => session('scorer', positions, (most) => createScorer(model, options(most))),
    rewards: (positions) => session('rewards', positions, (most) => createRewardScorer(model, options(most))),
    async codes(bits) {
      const making = coded.get(bits) ?? makeCodes(bits);
      coded.set(bits, making);
      const made = await making.catch((error: unknown) => {
        coded.delete(bits);
        throw error;
      });
      const open = (most: number) => Decoder.create(made.model, options(most));
      return { ...made, decoder: (positions) => session(`decoder of ${bits} bits`, positions, open) };
    },
  };
}

function lengthFor(positions: number, context: number): number {
  if (positions > context)
    throw new GenerationError(
      `Prompt and answer have ${positions} tokens; this model's context is ${context}. Shorten the prompt or the answer.`,
    );
  return Math.min(context, Math.max(SHORTEST, 2 ** Math.ceil(Math.log2(positions))));
}

function weightsIn(path: string): number {
  const { tensors } = openCheckpoint(path);
  return tensors.names().reduce((sum, name) => sum + tensors.shape(name).reduce((a, b) => a * b, 1), 0);
}

/** Names, sizes and times of what lies there: a run that goes on writes its model anew. */
function stampOf(path: string): string {
  const own = statSync(path);
  if (!own.isDirectory()) return `${own.size} ${own.mtimeMs}`;
  return readdirSync(path, { withFileTypes: true })
    .filter((file) => file.isFile() && /\.(safetensors|json|onnx|gguf)$/.test(file.name))
    .map(({ name }) => {
      const { size, mtimeMs } = statSync(join(path, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .join('\n');
}
