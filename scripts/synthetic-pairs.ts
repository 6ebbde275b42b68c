/** Writes N made-up preference pairs as JSONL: `node scripts/synthetic-pairs.ts N FILE [SEED]`. */
import { writeSyntheticPairs } from '../src/main/bench/synthetic-pairs.ts';

const [count, path, seed] = process.argv.slice(2);
if (!/^\d+$/.test(count ?? '') || !path) {
  console.error('usage: node scripts/synthetic-pairs.ts N FILE [SEED]');
  process.exitCode = 2;
} else writeSyntheticPairs(path, Number(count), Number(seed ?? 1));
