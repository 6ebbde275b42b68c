/** `plumb rewards`: how good a reward model finds texts or conversations. */
import type { Message } from '../data/examples.ts';
import { defineCommand, InputError, readJsonInput, stringsOf } from './command.ts';
import { addModelOptions, modelPath } from './model-options.ts';

export const rewards = defineCommand({
  id: 'rewards',
  summary: 'Scores of texts or conversations by a reward model.',
  examples: [
    'plumb rewards --model ./my-reward-model --input texts.json --json -',
    'plumb rewards --model helpful-rm --input conversations.json',
  ],
  configure(command) {
    addModelOptions(command);
    command.requiredOption('--input <file>', '{"texts": […]} or {"conversations": [[{"role", "content"}…]…]}');
  },
  async run(_args, options, context) {
    const { loadModel } = await import('../train/load-model.ts');
    const { createRewardScorer } = await import('../evaluate/reward-scoring.ts');
    const { conversationIds } = await import('../data/batches.ts');
    const document = readJsonInput(String(options.input));
    const { model, tokenizer } = loadModel(await modelPath(options.model, context), {
      tokenizer: options.tokenizer as string | undefined,
      head: 'score',
    });
    const sequences =
      document.conversations === undefined
        ? stringsOf(document, 'texts').map((text) => tokenizer.encode(text).ids)
        : conversationsOf(document.conversations).map((messages) => conversationIds(tokenizer, messages));
    sequences.forEach((ids, row) => {
      if (ids.length === 0) throw new InputError(`row ${row} has no tokens: a model needs at least one`);
    });
    const maxPositions = Math.max(1, ...sequences.map((ids) => ids.length));
    const scorer = await createRewardScorer(model, { weights: 'frozen', maxPositions });
    try {
      const scores = await scorer.scores(sequences);
      return { results: Array.from(scores, (score) => ({ score })) };
    } finally {
      await scorer.close();
    }
  },
  show({ results }: { results: readonly { score: number }[] }, { print }) {
    for (const { score } of results) print(score.toFixed(6));
  },
});

function conversationsOf(value: unknown): readonly (readonly Message[])[] {
  const isMessage = (m: unknown): boolean =>
    m !== null &&
    typeof m === 'object' &&
    typeof (m as Message).role === 'string' &&
    typeof (m as Message).content === 'string';
  if (!Array.isArray(value)) throw new InputError('the input\'s "conversations" must be a list of message lists');
  value.forEach((messages: unknown, row) => {
    if (!Array.isArray(messages) || !messages.every(isMessage))
      throw new InputError(
        `conversation ${row} must be a list of {role, content}, found ${JSON.stringify(messages)?.slice(0, 60)}`,
      );
  });
  return value as Message[][];
}
