/** Import speed: made-up pairs from a JSONL file into a database of their own, both removed afterwards. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFile } from '../data/datasets/import.ts';
import { openStore } from '../data/store/open.ts';
import { writeSyntheticPairs } from './synthetic-pairs.ts';
import { rounded, Timings } from './timings.ts';

export async function benchImport(pairs: number, signal: AbortSignal) {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-bench-'));
  try {
    const file = join(folder, 'pairs.jsonl');
    writeSyntheticPairs(file, pairs);
    const store = openStore(join(folder, 'bench.db'));
    const timings = new Timings();
    const report = await timings
      .time(() => importFile(store, file, { name: 'bench', signal }))
      .finally(() => store.close());
    const seconds = timings.best / 1000;
    return {
      rows: report.rowsAccepted,
      seconds: rounded(seconds),
      rows_per_second: rounded(report.rowsAccepted / seconds),
      file_bytes: statSync(file).size,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
