/** `plumb logprobs`: how likely a model finds both answers of preference pairs. */
import { defineCommand } from './command.ts';
import { addModelOptions, modelPath } from './model-options.ts';

export const logprobs = defineCommand({
  id: 'logprobs',
  summary: 'Log-probabilities of chosen and rejected answers.',
  examples: ['plumb logprobs --model ./my-model --pairs pairs.jsonl --max-length 512 --json -'],
  configure(command) {
    addModelOptions(command);
    command.requiredOption('--pairs <file>', 'preference rows in any importable format');
    command.option('--max-length <n>', 'longest prompt plus answer, in tokens');
  },
  async run(_args, options, context) {
    const { loadModel } = await import('../train/load-model.ts');
    const { createScorer } = await import('../evaluate/scoring.ts');
    const { readRecords } = await import('../data/records.ts');
    const { preferenceExample } = await import('../data/examples.ts');
    const { pairTokens } = await import('../data/batches.ts');
    const { sum } = await import('../base/statistics.ts');
    const loaded = loadModel(await modelPath(options.model, context), {
      tokenizer: options.tokenizer as string | undefined,
    });
    const limits = {
      maxLength: options.maxLength === undefined ? null : Number(options.maxLength),
      truncation: 'keep_start',
    } as const;
    const file = String(options.pairs);
    const pairs = [];
    for await (const record of readRecords(file))
      pairs.push(pairTokens(loaded.tokenizer, preferenceExample(file, record), limits));
    const rows = pairs.flatMap((pair) => ('dropped' in pair ? [] : [pair.chosen, pair.rejected]));
    const maxPositions = Math.max(1, ...rows.map((row) => row.ids.length));
    const scorer = await createScorer(loaded.model, { weights: 'frozen', maxPositions });
    try {
      const logps = await scorer.score(rows.map((row) => row.ids));
      const sums = rows.map((row, i) => ({
        logp: sum(logps[i], Math.max(0, row.start - 1)),
        tokens: row.ids.length - row.start,
      }));
      let at = 0;
      const results = pairs.map((pair) => {
        if ('dropped' in pair) return pair;
        const [chosen, rejected] = [sums[at++], sums[at++]];
        return {
          chosen_logp: chosen.logp,
          rejected_logp: rejected.logp,
          chosen_tokens: chosen.tokens,
          rejected_tokens: rejected.tokens,
        };
      });
      return { results };
    } finally {
      await scorer.close();
    }
  },
});
