/** Reads GGUF files with llama.cpp: node llama-cpp.mjs PEERS < {"jobs": [{"key", "folder", "texts", "ids"}]} → a line {"key", "ids", "values"} or {"key", "error"} each. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [peers] = process.argv.slice(2);
const require = createRequire(join(peers, 'package.json'));
const { getLlama } = await import(pathToFileURL(require.resolve('node-llama-cpp')).href);
const { jobs } = JSON.parse(readFileSync(0, 'utf8'));
const llama = await getLlama({ build: 'never', gpu: false, logLevel: 'error', maxThreads: 1 });

async function read({ folder, texts, ids }) {
  const file = readdirSync(folder).find((name) => name.endsWith('.gguf')) ?? '';
  const model = await llama.loadModel({ modelPath: join(folder, file) });
  // The cache in float32 and no fused attention: what is left is how llama.cpp rounds products and activations. Few tokens at a time: its AMX kernels, taken
  // from 32 tokens on, are wrong for q8_0 matrices of a single block a row (32 wide; off by several nats, right without them).
  const context = await model.createContext({
    contextSize: 512,
    batchSize: 16,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  });
  const sequence = context.getSequence();
  const values = [];
  for (const list of ids) {
    await sequence.clearHistory();
    const input = list.slice(0, -1).map((id) => [id, { generateNext: { probabilities: true } }]);
    const found = await sequence.controlledEvaluate(input);
    values.push(found.map((entry, i) => Math.log(entry?.next?.probabilities?.get(list[i + 1]) ?? Number.NaN)));
  }
  const { tokens } = model;
  const around = (wanted, token) => (wanted ? [token] : []);
  const idsOf = (text) => [
    ...around(tokens.shouldPrependBosToken, tokens.bos),
    ...model.tokenize(text, true),
    ...around(tokens.shouldAppendEosToken, tokens.eos),
  ];
  const found = { ids: texts.map(idsOf), values };
  await model.dispose();
  return found;
}

for (const job of jobs) {
  const found = await read(job).catch((error) => ({ error: String(error).slice(0, 400) }));
  process.stdout.write(`${JSON.stringify({ key: job.key, ...found })}\n`);
}
process.exit(0);
