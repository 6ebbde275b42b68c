/** Runs an ONNX folder with transformers.js: node transformers-js.mjs PEERS FOLDER < {"texts", "ids", "newTokens"} → {"ids", "logps", "greedy"}. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [peers, folder] = process.argv.slice(2);
const require = createRequire(join(peers, 'package.json'));
const { AutoModelForCausalLM, AutoTokenizer, env, Tensor } = await import(
  pathToFileURL(require.resolve('@huggingface/transformers')).href
);
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const { texts, ids, newTokens } = JSON.parse(readFileSync(0, 'utf8'));

const tokenizer = await AutoTokenizer.from_pretrained(basename(folder));
const model = await AutoModelForCausalLM.from_pretrained(basename(folder), { dtype: 'fp32' });
const row = (list) => new Tensor('int64', BigInt64Array.from(list, BigInt), [1, list.length]);
const ones = (list) => row(list.map(() => 1));
const logps = [];
const greedy = [];
for (const list of ids) {
  const { logits } = await model({ input_ids: row(list), attention_mask: ones(list) });
  const vocabulary = logits.dims[2];
  logps.push(
    list.slice(0, -1).map((_, t) => {
      const scores = logits.data.subarray(t * vocabulary, (t + 1) * vocabulary);
      const top = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      return scores[list[t + 1]] - top - Math.log(scores.reduce((sum, s) => sum + Math.exp(s - top), 0));
    }),
  );
  const output = await model.generate({
    inputs: row(list),
    attention_mask: ones(list),
    max_new_tokens: newTokens,
    min_new_tokens: newTokens,
    do_sample: false,
  });
  greedy.push(Array.from(output.data, Number).slice(list.length));
}
process.stdout.write(`${JSON.stringify({ ids: texts.map((text) => tokenizer.encode(text)), logps, greedy })}\n`);
process.exit(0);
