/** Rows that do not fit into the token limit of training, and how many tokens answers have. */
import type { TextOrChat } from '../../../../preload/contract/datasets.ts';
import { answeredIds } from '../../batches.ts';
import type { QualityCheck, QualityRow } from '../check.ts';

/** No tokenizer makes more tokens than this of a byte, special tokens and a template's frame aside. */
const FRAME_TOKENS = 64;

/** Longest row in UTF-8 that surely fits. */
const fitsSurely = (row: QualityRow, maxLength: number): boolean => {
  const longest = Math.max(row.chosen?.length ?? 0, row.rejected?.length ?? 0, row.completion?.length ?? 0);
  return 3 * (row.prompt.length + longest) + FRAME_TOKENS <= maxLength && !Array.isArray(row.pair.prompt);
};

export const truncated: QualityCheck = {
  id: 'truncated',
  title: 'Cut at the token limit',
  start({ kind, rows, tokenizer, settings: { maxLength } }) {
    if (kind === 'prompts') return null;
    const found: number[] = [];
    let failed: string | undefined;
    return {
      add(row) {
        if (!tokenizer || failed !== undefined || fitsSurely(row, maxLength)) return;
        const { prompt, chosen, rejected, completion } = row.pair;
        try {
          const lengths = [chosen, rejected, completion].map((text) =>
            text === null ? 0 : answeredIds(tokenizer, prompt as TextOrChat, text).length,
          );
          if (Math.max(...lengths) > maxLength) found.push(row.pair.index);
        } catch (error) {
          failed = error instanceof Error ? error.message : String(error);
        }
      },
      finish() {
        if (!tokenizer) return { skipped: 'Choose a tokenizer to count tokens' };
        if (failed !== undefined) return { skipped: failed };
        return {
          rows: found,
          of: rows,
          warns: true,
          meaning: `More than ${maxLength} tokens: the end is not trained on. Raise max_length or accept it`,
        };
      },
    };
  },
};
