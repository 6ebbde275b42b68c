/** Puts versions one behind the other. */
import { z } from 'zod';
import { DatasetError } from '../../records.ts';
import { rowDigest } from '../../store/digests.ts';
import { defineOperation, nameOf } from './operation.ts';

const params = z.strictObject({
  duplicates: z.boolean().default(true).meta({ title: 'Keep duplicates', description: 'Off: each row once' }),
});

export const merge = defineOperation({
  id: 'merge',
  title: 'Merge',
  summary: 'Puts the rows of several versions one behind the other.',
  several: true,
  params,
  plan(sources, { duplicates }) {
    const [{ dataset }] = sources;
    const other = sources.find((source) => source.dataset.kind !== dataset.kind);
    if (other)
      throw new DatasetError(
        `"${dataset.name}" holds ${dataset.kind}, "${other.dataset.name}" ${other.dataset.kind}: they cannot be one dataset`,
      );
    const words = `merged from ${sources.map(nameOf).join(', ')}${duplicates ? '' : ': each row once'}`;
    return {
      parts: [{ words, suffix: '-merged' }],
      passes: 1,
      *deal() {
        const seen = new Set<number>();
        for (const source of sources)
          for (const row of source.rows()) {
            const before = seen.size;
            yield duplicates || seen.add(rowDigest(row)).size > before ? { row, part: 0 } : undefined;
          }
      },
    };
  },
});
