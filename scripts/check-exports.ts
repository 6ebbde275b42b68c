/**
 * Holds what `plumb models export` writes against the programs it is written for. Not part of the tests: it needs, in a folder PEERS,
 * `venv` (a Python environment with transformers, torch and onnxruntime) and `node` (a package with node-llama-cpp and @huggingface/transformers).
 *
 * usage: node scripts/check-exports.ts PEERS MODEL…
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { loadLanguageModel } from '../src/main/engine/models/language-model.ts';
import { createScorer } from '../src/main/evaluate/scoring.ts';
import type { ExportSource, ExportType } from '../src/main/exports/export-format.ts';
import { exportModel, exportSource } from '../src/main/exports/export-model.ts';
import { exportFormats } from '../src/main/exports/index.ts';

const TEXTS = [
  'Once upon a time there was a little dog',
  ' leading space,  two spaces\nand a line, 1234567 numbers!',
  'naïve café, 東京 and 😀: isn’t it?',
];
const NEW_TOKENS = 12;

interface Found {
  readonly ids: number[][];
  readonly logps: (number | null)[][];
  readonly greedy?: number[][];
}

/** Who reads what was written, and how far ln p may lie from ours. */
interface Check {
  readonly format: string;
  readonly type: ExportType | undefined;
  readonly reader: string;
  /** Numbers rounded to the written type differ by that rounding: llama.cpp also rounds activations. */
  readonly tolerance: number;
  command(peers: string, folder: string): [string, string[]];
}

const script = (name: string): string => join(import.meta.dirname, 'check-exports', name);
const python =
  (kind: string) =>
  (peers: string, folder: string): [string, string[]] => [
    join(peers, 'venv/bin/python'),
    [script('python.py'), kind, folder],
  ];
const llamaCpp = (peers: string, folder: string): [string, string[]] => [
  process.execPath,
  [
    script('llama-cpp.mjs'),
    join(peers, 'node'),
    join(folder, readdirSync(folder).find((name) => name.endsWith('.gguf')) ?? ''),
  ],
];

const CHECKS: readonly Check[] = [
  { format: 'hf', type: undefined, reader: 'transformers', tolerance: 1e-4, command: python('hf') },
  { format: 'hf', type: 'bf16', reader: 'transformers', tolerance: 0.05, command: python('hf') },
  { format: 'onnx', type: undefined, reader: 'onnxruntime', tolerance: 1e-4, command: python('onnx') },
  {
    format: 'onnx',
    type: undefined,
    reader: 'transformers.js',
    tolerance: 1e-4,
    command: (peers, folder) => [process.execPath, [script('transformers-js.mjs'), join(peers, 'node'), folder]],
  },
  { format: 'gguf', type: 'f32', reader: 'llama.cpp', tolerance: 0.01, command: llamaCpp },
  // The written bytes are those of llama.cpp's own quantiser in each of the three types (SmolLM2-135M, all 272 tensors), so that the distance is llama.cpp's own:
  // it rounds activations to the weights' type before it multiplies, and keeps keys and values in float16. On SmolLM2, which is much more sensitive than the small
  // models, rounding the weights alone changes ln p by 0.022 (F16), 0.038 (BF16) and 0.20 (Q8_0), reading with llama.cpp by 0.024, 0.32 and 0.33 to 0.53.
  { format: 'gguf', type: 'f16', reader: 'llama.cpp', tolerance: 0.03, command: llamaCpp },
  { format: 'gguf', type: 'bf16', reader: 'llama.cpp', tolerance: 0.4, command: llamaCpp },
  { format: 'gguf', type: 'q8_0', reader: 'llama.cpp', tolerance: 0.6, command: llamaCpp },
];

/** ln p of every next token, from this program. */
async function ours(source: ExportSource, ids: readonly number[][]): Promise<ArrayLike<number>[]> {
  const model = loadLanguageModel(source.config, source.tensors);
  const scorer = await createScorer(model, { weights: 'frozen', maxPositions: 128, threads: 1 });
  const found = await scorer.score(ids);
  await scorer.close();
  return found;
}

function read(check: Check, peers: string, folder: string, request: object): Found {
  const [command, words] = check.command(peers, folder);
  const { status, stdout, stderr } = spawnSync(command, words, {
    input: JSON.stringify({ ...request, newTokens: NEW_TOKENS }),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr.trim().split('\n').slice(-4).join(' | '));
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found;
}

const [peersArgument, ...models] = process.argv.slice(2);
if (peersArgument === undefined || models.length === 0) {
  console.error('usage: node scripts/check-exports.ts PEERS MODEL…');
  process.exit(2);
}
const peers = resolve(peersArgument);
const folder = mkdtempSync(join(tmpdir(), 'plumb-check-exports-'));
let failed = 0;
for (const path of models) {
  const source = exportSource(resolve(path));
  const { tokenizer } = source;
  if (!tokenizer) throw new Error(`${path}: it has no tokenizer`);
  const ids = TEXTS.map((text) => tokenizer.encode(text).ids);
  const expected = await ours(source, ids);
  for (const check of CHECKS) {
    const name = `${basename(path)} as ${check.format} ${check.type ?? ''}, ${check.reader}`;
    try {
      const out = join(folder, `${basename(path)}-${check.format}-${check.type ?? 'own'}-${check.reader}`);
      await exportModel(source, {
        format: exportFormats.get(check.format),
        type: check.type,
        out,
        run: null,
        base: null,
        basePath: null,
      });
      const found = read(check, peers, out, { texts: TEXTS, ids });
      rmSync(out, { recursive: true });
      const sameIds = found.ids.filter((list, i) => JSON.stringify(list) === JSON.stringify(ids[i])).length;
      let worst = 0;
      found.logps.forEach((row, i) => {
        if (row.length !== expected[i].length) worst = Number.POSITIVE_INFINITY;
        row.forEach((logp, t) => {
          worst = Math.max(worst, logp === null ? Number.POSITIVE_INFINITY : Math.abs(logp - expected[i][t]));
        });
      });
      const good = worst <= check.tolerance && sameIds === TEXTS.length;
      if (!good) failed++;
      console.log(
        `${good ? 'pass' : 'FAIL'}  ${name}: ln p within ${worst.toPrecision(2)}, ids of ${sameIds} of ${TEXTS.length} texts`,
      );
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(`${failed === 0 ? 'all passed' : `${failed} failed`}`);
process.exit(failed === 0 ? 0 : 1);
