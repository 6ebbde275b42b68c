/** `plumb logits`: what a model predicts after each token of given texts. */
import { defineCommand, InputError, readJsonInput, stringsOf } from './command.ts';
import { addModelOptions, modelPath } from './model-options.ts';

export const logits = defineCommand({
  id: 'logits',
  summary: 'Next-token log-probabilities and last logits of texts.',
  examples: ['plumb logits --model ./my-model --input texts.json --json out.json'],
  configure(command) {
    addModelOptions(command);
    command.requiredOption('--input <file>', '{"texts": […]} or {"input_ids": [[…]]}');
  },
  async run(_args, options, context) {
    const { loadModel } = await import('../train/load-model.ts');
    const { createScorer } = await import('../evaluate/scoring.ts');
    const document = readJsonInput(String(options.input));
    const loaded = loadModel(await modelPath(options.model, context), {
      tokenizer: options.tokenizer as string | undefined,
    });
    const sequences =
      document.input_ids === undefined
        ? stringsOf(document, 'texts').map((text) => loaded.tokenizer.encode(text).ids)
        : (document.input_ids as number[][]);
    checkIds(sequences, loaded.model.config.vocabulary);
    const maxPositions = Math.max(1, ...sequences.map((s) => s.length));
    const scorer = await createScorer(loaded.model, { weights: 'frozen', maxPositions });
    try {
      const logps = await scorer.score(sequences);
      const last = await scorer.lastLogits(sequences);
      return {
        results: sequences.map((ids, i) => ({
          input_ids: ids,
          next_token_logps: Array.from(logps[i]),
          last_logits: Array.from(last[i]),
        })),
      };
    } finally {
      await scorer.close();
    }
  },
});

function checkIds(sequences: readonly (readonly number[])[], vocabulary: number): void {
  sequences.forEach((sequence, row) => {
    if (sequence.length === 0) throw new InputError(`text ${row} has no tokens: a model needs at least one`);
    sequence.forEach((id, at) => {
      if (!Number.isInteger(id) || id < 0 || id >= vocabulary)
        throw new InputError(`row ${row}, position ${at}: token id ${id} is outside the vocabulary of ${vocabulary}`);
    });
  });
}
