/**
 * Runs ONNX folders with transformers.js: node transformers-js.mjs PEERS < {"jobs": [{"key", "folder", "texts", "ids"}], "newTokens"} → a line
 * {"key", "ids", "values", "greedy"} or {"key", "error"} each. Greedy answers are written twice, each row alone and all together with padding on the left.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [peers] = process.argv.slice(2);
const require = createRequire(join(peers, 'package.json'));
const { AutoModelForCausalLM, AutoTokenizer, env, Tensor } = await import(
  pathToFileURL(require.resolve('@huggingface/transformers')).href
);
env.allowRemoteModels = false;
const { jobs, newTokens } = JSON.parse(readFileSync(0, 'utf8'));

const matrix = (rows) => new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0].length]);

function logProbabilities({ dims, data }, list) {
  const vocabulary = dims[2];
  return list.slice(0, -1).map((_, t) => {
    const scores = data.subarray(t * vocabulary, (t + 1) * vocabulary);
    const top = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return scores[list[t + 1]] - top - Math.log(scores.reduce((sum, s) => sum + Math.exp(s - top), 0));
  });
}

async function answers(model, rows) {
  const longest = Math.max(...rows.map((row) => row.length));
  const padded = (row, value, padding) => [...new Array(longest - row.length).fill(padding), ...row.map(value)];
  const output = await model.generate({
    inputs: matrix(rows.map((row) => padded(row, (id) => id, 0))),
    attention_mask: matrix(rows.map((row) => padded(row, () => 1, 0))),
    max_new_tokens: newTokens,
    min_new_tokens: newTokens,
    do_sample: false,
    eos_token_id: null,
  });
  return output.tolist().map((row) => row.slice(longest).map(Number));
}

async function read({ folder, texts, ids }) {
  env.localModelPath = dirname(folder);
  const name = basename(folder);
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const model = await AutoModelForCausalLM.from_pretrained(name, { dtype: 'fp32' });
  const values = [];
  const greedy = [];
  for (const list of ids) {
    const { logits } = await model({ input_ids: matrix([list]), attention_mask: matrix([list.map(() => 1)]) });
    values.push(logProbabilities(logits, list));
    greedy.push(...(await answers(model, [list])));
  }
  const together = await answers(model, ids);
  if (JSON.stringify(together) !== JSON.stringify(greedy))
    throw new Error(`padded on the left it writes ${JSON.stringify(together)}, alone ${JSON.stringify(greedy)}`);
  await model.dispose();
  return { ids: texts.map((text) => tokenizer.encode(text)), values, greedy };
}

for (const job of jobs) {
  const found = await read(job).catch((error) => ({ error: String(error).slice(0, 400) }));
  process.stdout.write(`${JSON.stringify({ key: job.key, ...found })}\n`);
}
process.exit(0);
