/** Pure parts of the pair table: tags, orders, marked hits, places and turns. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasetKind, pairTag } from '../../../src/preload/contract/datasets.ts';
import { searchWords } from '../../../src/preload/contract/search-words.ts';
import { oneLine, placeOf, rowsCounted, singleText } from '../../../src/renderer/pages/datasets/chat-text.ts';
import {
  activeFilters,
  EVERYTHING,
  filterCount,
  rangeOf,
  sortedBy,
  TAG_WORDS,
  tagsOf,
  toggleTag,
  withoutFilter,
} from '../../../src/renderer/pages/datasets/pair-query.ts';
import { partsOf } from '../../../src/renderer/pages/datasets/text-parts.ts';

describe('the question', () => {
  it('a tag goes on, off, and drives out the one it contradicts', () => {
    const tied = toggleTag(EVERYTHING, 'tie');
    expect(tied.tags).toEqual(['tie']);
    expect(toggleTag(tied, 'tie').tags).toEqual([]);
    expect(toggleTag(toggleTag(tied, 'longer-chosen'), 'decided').tags).toEqual(['longer-chosen', 'decided']);
  });

  it('a head sorts up, down, and then as in the file', () => {
    const up = sortedBy(EVERYTHING, 'margin');
    const down = sortedBy(up, 'margin');
    expect([up.descending, down.descending, sortedBy(down, 'margin').sort]).toEqual([false, true, 'row']);
    expect(sortedBy(down, 'length')).toMatchObject({ sort: 'length', descending: false });
  });

  it('counts filters, not the order', () => {
    expect(filterCount(sortedBy(EVERYTHING, 'margin'))).toBe(0);
    expect(filterCount({ ...toggleTag(EVERYTHING, 'tie'), search: 'x', searchIn: 'prompt' })).toBe(3);
  });

  it('every tag has a word and belongs to a kind', () => {
    const offered = new Set(datasetKind.options.flatMap((kind) => tagsOf(kind)));
    expect([...offered].sort()).toEqual([...pairTag.options].sort());
    expect(new Set(Object.values(TAG_WORDS)).size).toBe(pairTag.options.length);
  });
});

describe('marked hits', () => {
  it('parts are the whole text, and the hits are what was asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1, maxLength: 2 }), (text, search) => {
        const parts = partsOf(text, search);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        for (const { text: hit } of parts.filter((part) => part.hit))
          expect(searchWords(hit).join(' ').toLowerCase()).toBe(searchWords(search).join(' ').toLowerCase());
      }),
    );
  });

  it('finds every word that begins so, whatever the case and what stands between', () => {
    const hits = (text: string, search: string) => partsOf(text, search).flatMap((part) => (part.hit ? part.text : []));
    expect(partsOf('Aba', 'A')).toEqual([
      { text: 'A', hit: true },
      { text: 'ba', hit: false },
    ]);
    expect(hits('Obviously, it is: obvious!', 'OBVIOUS')).toEqual(['Obvious', 'obvious']);
    expect(hits('costs, little; costs  LITTLER', 'costs little')).toEqual(['costs, little', 'costs  LITTLE']);
    // a search that ends in a sign is finished
    expect(hits('100% of 1000%', '100%')).toEqual(['100']);
    expect(hits('a - b', '-')).toEqual(['-']);
    expect(hits('東京に行く', '京に')).toEqual(['京に']);
    expect(hits('(a|b)* [x] \\ ^$', '[x]')).toEqual(['x']);
  });
});

describe('filters by value', () => {
  it('have words, count, and can be taken away one by one', () => {
    const query = {
      ...EVERYTHING,
      length: { least: 10, most: 2000 },
      margin: { most: -1 },
      annotator: 'ada',
      check: 'ties',
    };
    const words = (of: typeof query) => activeFilters(of, (id) => `the ${id}`).map(({ word }) => word);
    expect(words(query)).toEqual(['length 10 to 2\u2009000', 'margin ≤ \u22121', 'by ada', 'check: the ties']);
    expect(filterCount(query)).toBe(4);
    expect(filterCount(withoutFilter(query, 'check'))).toBe(3);
    expect(rangeOf(undefined, undefined)).toBe(undefined);
    expect(rangeOf(0, undefined)).toEqual({ least: 0, most: undefined });
  });
});

describe('texts and places', () => {
  it('a conversation is its last turn in one line, and is compared only when it has one', () => {
    const turns = [
      { role: 'user', content: 'a\n b' },
      { role: 'assistant', content: ' c\n\nd ' },
    ];
    expect(oneLine(turns)).toBe('c d');
    expect(singleText(turns)).toBeNull();
    expect(singleText(turns.slice(1))).toBe(' c\n\nd ');
    expect(oneLine([])).toBe('');
  });

  it('a place is a line, or an entry of a list', () => {
    expect([
      placeOf({ line: 1200, row: 3 }),
      placeOf({ line: null, row: 3 }),
      placeOf({ line: null, row: null }),
    ]).toEqual(['1\u2009200', '[3]', '–']);
    expect([rowsCounted('preference', 1), rowsCounted('unpaired', 2)]).toEqual(['1 pair', '2 answers']);
  });
});
