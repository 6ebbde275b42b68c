/** Rows as lines of a table: cut, one line, around the hit, one turn of a conversation. */
import { expect, it } from 'vitest';
import { lineOf } from '../../../src/main/data/datasets/pair-lines.ts';
import { pairLine, type StoredPair } from '../../../src/preload/contract/datasets.ts';
import { newPair } from './stored.ts';

const pair = (fields: Partial<StoredPair>): StoredPair => ({ index: 3, ...newPair(fields) });

it('short text stays, white space becomes one space, characters are those of the whole text', () => {
  const line = lineOf(pair({ prompt: ' a\n\n b ', chosen: 'x😀', rejected: '' }));
  expect(line).toMatchObject({
    index: 3,
    prompt: 'a b',
    chosen: 'x😀',
    chosenChars: 2,
    rejected: '',
    rejectedChars: 0,
  });
  expect(line.completion).toBeNull();
  pairLine.parse(line);
});

it('a megabyte is cut to what a cell shows', () => {
  const line = lineOf(pair({ prompt: 'word '.repeat(200_000) }));
  expect(line.prompt).toHaveLength(160);
});

it('a hit far inside is brought to the beginning', () => {
  const line = lineOf(pair({ chosen: `${'a '.repeat(300)}the NEEDLE lies here` }), 'needle');
  expect(line.chosen).toMatch(/^… .{0,12}NEEDLE lies here$/);
});

it('never cuts a character in two', () => {
  for (let before = 20; before < 30; before++) {
    const line = lineOf(pair({ chosen: `${'😀'.repeat(before)}needle` }), 'needle');
    expect(line.chosen).toMatch(/^… (😀)+needle$/u);
  }
  expect(lineOf(pair({ prompt: `${'x'.repeat(159)}😀` })).prompt.isWellFormed()).toBe(true);
});

it('of a conversation the turn with the hit, else the last', () => {
  const turns = [
    { role: 'user', content: 'first turn' },
    { role: 'assistant', content: 'second turn' },
  ];
  expect(lineOf(pair({ prompt: turns })).prompt).toBe('second turn');
  expect(lineOf(pair({ prompt: turns }), 'FIRST').prompt).toBe('first turn');
  expect(lineOf(pair({ chosen: turns })).chosenChars).toBe(21);
});
