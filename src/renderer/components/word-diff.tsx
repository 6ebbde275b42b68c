/** One side of a word difference: solid underline = only in chosen, dashed = only in rejected. Text nodes only. */
import type { WordPart } from './words.ts';
import './parts.css';

export function WordDiff({ parts, side }: { parts: readonly WordPart[]; side: 'chosen' | 'rejected' }) {
  return parts.map((part, index) =>
    part.only && part.text.trim() !== '' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text in their order
      <mark key={index} className={`pl-diff-${side}`}>
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}
