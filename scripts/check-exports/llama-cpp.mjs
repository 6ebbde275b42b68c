/** Reads a GGUF file with llama.cpp: node llama-cpp.mjs PEERS FILE < {"texts", "ids"} → {"ids", "logps"}: ids of each text, ln p of every next token of each list of ids. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [peers, file] = process.argv.slice(2);
const require = createRequire(join(peers, 'package.json'));
const { getLlama } = await import(pathToFileURL(require.resolve('node-llama-cpp')).href);
const { texts, ids } = JSON.parse(readFileSync(0, 'utf8'));

const llama = await getLlama({ build: 'never', gpu: false, logLevel: 'error', maxThreads: 1 });
const model = await llama.loadModel({ modelPath: file });
// The cache in float32 and no fused attention: what is left is how llama.cpp rounds products and activations. Few tokens at a time: its AMX kernels, taken from
// 32 tokens on, are wrong for q8_0 matrices of a single block a row (32 wide; off by several nats, right without them).
const context = await model.createContext({
  contextSize: 512,
  batchSize: 16,
  flashAttention: false,
  experimentalKvCacheKeyType: 'F32',
  experimentalKvCacheValueType: 'F32',
});
const sequence = context.getSequence();
const logps = [];
for (const list of ids) {
  await sequence.clearHistory();
  const input = list.slice(0, -1).map((id) => [id, { generateNext: { probabilities: true } }]);
  const found = await sequence.controlledEvaluate(input);
  logps.push(found.map((entry, i) => Math.log(entry?.next?.probabilities?.get(list[i + 1]) ?? Number.NaN)));
}
const template = model.fileInfo.metadata.tokenizer.chat_template ?? null;
const { tokens } = model;
const around = (wanted, token) => (wanted ? [token] : []);
const idsOf = (text) => [
  ...around(tokens.shouldPrependBosToken, tokens.bos),
  ...model.tokenize(text, true),
  ...around(tokens.shouldAppendEosToken, tokens.eos),
];
process.stdout.write(`${JSON.stringify({ ids: texts.map(idsOf), logps, template })}\n`);
process.exit(0);
