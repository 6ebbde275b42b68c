/** The sliding window of a GGUF file's attention. */
import type { Fields } from './fields.ts';

/** Behind the family's name. */
export const SLIDING_WINDOW = 'attention.sliding_window';

/** Tokens that a position sees, itself among them; null where every position of the context is seen. */
export function slidingWindow(fields: Fields): number | null {
  const architecture = fields.text('general.architecture');
  const window = fields.optionalCount(`${architecture}.${SLIDING_WINDOW}`) ?? 0;
  return window === 0 || window >= fields.count(`${architecture}.context_length`) ? null : window;
}

/** For families whose windows begin at some layer, which a GGUF file does not tell (config.json's max_window_layers). */
export function withoutWindow(fields: Fields): Readonly<Record<string, unknown>> {
  const window = slidingWindow(fields);
  if (window !== null)
    fields.fail(
      `"${fields.text('general.architecture')}.${SLIDING_WINDOW}" is ${window}: the file does not say which layers have it, so windows of this family are not supported`,
    );
  return { use_sliding_window: false };
}
