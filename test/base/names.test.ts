import { describe, expect, it } from 'vitest';
import { alike, editDistance, meant, registry } from '../../src/main/base/registry.ts';

describe('words that were meant', () => {
  const commands = ['train', 'tokenize', 'bench', 'datasets'];

  it.each([
    ['trian', '; did you mean "train"?'],
    ['TRAIN', '; did you mean "train"?'],
    ['dataset', '; did you mean "datasets"?'],
    ['tok', '; did you mean "tokenize"?'],
    ['nosuch', ''],
    ['', ''],
  ])('"%s" is like: %s', (word, hint) => expect(alike(word, commands)).toBe(hint));

  it('where none is alike, few are listed and many are not', () => {
    expect(meant('nosuch', commands)).toBe('; known: train, tokenize, bench, datasets');
    const many = Array.from({ length: 13 }, (_, i) => `name${i}`);
    expect(meant('nosuch', many)).toBe('');
    expect(meant('nosuch', [])).toBe('');
    expect(meant('--texd', ['--text'], '')).toBe('; did you mean --text?');
  });

  it('a swap of neighbours is one edit', () => {
    const pairs: [string, string, number][] = [
      ['dop', 'dpo', 1],
      ['kitten', 'sitting', 3],
      ['', 'abc', 3],
      ['ca', 'abc', 3],
      ['same', 'same', 0],
    ];
    for (const [a, b, distance] of pairs) expect([a, b, editDistance(a, b)]).toEqual([a, b, distance]);
  });

  it('a registry refuses what it has twice, and what it does not have', () => {
    const losses = registry('loss', [{ id: 'sigmoid' }, { id: 'hinge' }]);
    expect(() => losses.get('sigmoyd')).toThrow('unknown loss "sigmoyd"; did you mean "sigmoid"?');
    expect(() => losses.get('x')).toThrow('unknown loss "x"; known: sigmoid, hinge');
    expect(() => registry('loss', [{ id: 'a' }, { id: 'a' }])).toThrow('registered twice');
  });
});
