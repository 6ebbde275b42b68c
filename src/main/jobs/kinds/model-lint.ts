/** Lint of pairs with a model's tokenizer: how often each fault is found, and the first pairs that show one. */
import { z } from 'zod';
import type { LintedExample, LintReport, PreviewToken } from '../../../preload/contract/models.ts';
import { type PreferenceExample, preferenceExample } from '../../data/examples.ts';
import { DatasetError, readRecords, type SourceRecord } from '../../data/records.ts';
import { createLint, type PreviewToken as LintToken, type PairLint } from '../../data/token-lint/index.ts';
import { lintRules } from '../../data/token-lint/rules.ts';
import { streamText } from '../../data/tokenizers/streaming.ts';
import type { Tokenizer } from '../../data/tokenizers/tokenizer.ts';
import { openTokenizer } from '../../train/load-model.ts';
import { byteProgress } from '../byte-progress.ts';
import type { JobContext, JobKind } from '../kind.ts';

export const modelLintTask = z.object({
  model: z.string(),
  /** JSONL of prompt, chosen and rejected, a line a pair. */
  pairs: z.string(),
  total: z.int(),
  maxLength: z.int().min(1).nullable(),
  truncation: z.enum(['keep_start', 'keep_end']),
  /** Pairs whose tokens are given. */
  shown: z.int().min(0),
});
type Task = z.output<typeof modelLintTask>;

/** Pairs between two looks at the messages. */
const TURN = 100;
/** Tokens of one side that are shown. */
const MOST_TOKENS = 768;

export const modelLint: JobKind = {
  id: 'model_lint',
  run: (job, context): Promise<LintReport> => lintAll(modelLintTask.parse(job.config), context),
};

async function lintAll(
  { model, pairs: path, total, maxLength, truncation, shown }: Task,
  context: JobContext,
): Promise<LintReport> {
  const { tokenizer, eosIds } = openTokenizer(model);
  const lint = createLint({ tokenizer, endIds: eosIds, limits: { maxLength, truncation } });
  const progress = byteProgress(context);
  const examples: LintedExample[] = [];
  const refused = { pairs: 0, first: 0, message: '' };
  // rows that training refuses are counted as well: the numbers are those of the dataset's table
  const firstRow = new Map<string, number>();
  let firstClean: LintedExample | undefined;
  let done = 0;
  for await (const record of readRecords(path)) {
    if (done++ % TURN === 0) await context.breathe();
    progress(done, total);
    const example = exampleOf(record);
    if (example instanceof DatasetError) {
      if (refused.pairs++ === 0) Object.assign(refused, { first: done, message: example.message });
      continue;
    }
    const found = lint.add(example);
    for (const { rule } of found.findings) firstRow.set(rule, firstRow.get(rule) ?? done);
    if (found.findings.length === 0) firstClean ??= shownPair(done - 1, found, tokenizer);
    else if (examples.length < shown) examples.push(shownPair(done - 1, found, tokenizer));
  }
  const { pairs, clean, rules, template } = lint.summary();
  const others = [
    { id: 'row_refused', title: 'Training refuses the row', ...refused },
    ...(rules.template_refuses
      ? [{ id: 'template_refuses', title: 'The template refuses the conversation', ...rules.template_refuses }]
      : []),
  ].filter((rule) => rule.pairs > 0);
  return {
    pairs,
    clean,
    template,
    rules: [
      ...others,
      ...lintRules.all.map(({ id, title }) => ({
        id,
        title,
        ...(rules[id] ?? { pairs: 0, message: '' }),
        first: firstRow.get(id) ?? null,
      })),
    ],
    examples: examples.length === 0 && firstClean && shown > 0 ? [firstClean] : examples,
  };
}

/** The row as training reads it; the error that it would end with. */
function exampleOf(record: SourceRecord): PreferenceExample | DatasetError {
  try {
    return preferenceExample('the dataset', record);
  } catch (error) {
    if (error instanceof DatasetError) return error;
    throw error;
  }
}

const shownPair = (index: number, { findings, tokens }: PairLint, tokenizer: Tokenizer): LintedExample => ({
  index,
  findings: [...findings],
  tokens: tokens && { chosen: withText(tokens.chosen, tokenizer), rejected: withText(tokens.rejected, tokenizer) },
});

/** Each token with the characters that become final with it. */
function withText(tokens: readonly LintToken[], tokenizer: Tokenizer): PreviewToken[] {
  const stream = streamText(tokenizer);
  return tokens.slice(0, MOST_TOKENS).map(({ id, token, scored }) => ({
    id,
    token,
    scored,
    text: stream.push(id),
    special: tokenizer.specialIds.has(id),
    unknown: id === tokenizer.unkId,
  }));
}
