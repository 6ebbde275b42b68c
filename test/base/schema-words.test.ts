import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { speakOfSchemas } from '../../src/main/base/schema-words.ts';

beforeAll(speakOfSchemas);
afterAll(() => {
  z.config({ customError: undefined });
});

const schema = z.object({
  beta: z.number().min(0),
  steps: z.int().positive(),
  method: z.enum(['dpo', 'ppo']),
  name: z.string().max(8),
  tags: z.array(z.string()).min(1),
  rate: z.number().refine((rate) => rate !== 13, 'is unlucky'),
});
const right = { beta: 1, steps: 2, method: 'dpo', name: 'a', tags: ['b'], rate: 1 };

it.each([
  [{ beta: undefined }, 'is missing; expected a number'],
  [{ beta: 'x' }, 'expected a number, found "x"'],
  [{ beta: -1 }, 'expected at least 0, found -1'],
  [{ beta: Number.NaN }, 'expected a number, found NaN'],
  [{ beta: [1] }, 'expected a number, found [1]'],
  [{ steps: 0 }, 'expected above 0, found 0'],
  [{ steps: 1.5 }, 'expected a whole number, found 1.5'],
  [{ method: 'dqo' }, 'expected one of "dpo", "ppo", found "dqo"'],
  [{ name: 'far too long' }, 'expected at most 8 characters, found "far too long"'],
  [{ name: null }, 'expected text, found null'],
  [{ tags: [] }, 'expected at least 1 entries, found []'],
  [{ tags: 'y'.repeat(90) }, `expected a list, found "${'y'.repeat(59)}…`],
  [{ rate: 13 }, 'is unlucky'],
] as const)('%o: %s', (change, words) => {
  const parsed = schema.safeParse({ ...right, ...change });
  expect(parsed.error?.issues.map(({ message }) => message)).toEqual([words]);
});
