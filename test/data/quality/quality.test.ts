/** The quality report of sets made by hand: every number is known. */
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/main/base/random.ts';
import { deriveVersions } from '../../../src/main/data/datasets/derive.ts';
import { type FoundVersion, requireVersion } from '../../../src/main/data/datasets/find.ts';
import { calibratedSlope } from '../../../src/main/data/quality/bag-of-words.ts';
import { qualityChecks } from '../../../src/main/data/quality/index.ts';
import { measureQuality } from '../../../src/main/data/quality/measure.ts';
import { PERSONAL, passesLuhn, SECRETS } from '../../../src/main/data/quality/patterns.ts';
import { countScripts, mainScript, NO_LETTERS, SCRIPT_NAMES } from '../../../src/main/data/quality/scripts.ts';
import { storedSource } from '../../../src/main/data/quality/source.ts';
import { matchPairs } from '../../../src/main/data/store/pair-matches.ts';
import type { NewPair } from '../../../src/main/data/store/pairs.ts';
import { getQuality, saveQuality } from '../../../src/main/data/store/quality.ts';
import type { WritableStore } from '../../../src/main/data/store/store.ts';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';
import type { Tokenizer } from '../../../src/main/data/tokenizers/tokenizer.ts';
import { qualityReport, qualitySettings } from '../../../src/preload/contract/dataset-quality.ts';
import { type DatasetKind, pairQuery } from '../../../src/preload/contract/datasets.ts';
import { newPair, openTestStore, storeRows } from '../datasets/stored.ts';

let store: WritableStore;
let close: () => void;
beforeEach(() => ({ store, close } = openTestStore()));
afterEach(() => close());

const measure = (found: FoundVersion, settings: object = {}, tokenizer: Tokenizer | null = null) =>
  measureQuality(storedSource(store, found, qualitySettings.parse(settings)), qualitySettings.parse(settings), {
    tokenizer,
    pulse: async () => undefined,
  });

/** Row numbers that a check found. */
async function foundBy(
  check: string,
  rows: readonly NewPair[],
  settings: object = {},
  kind: DatasetKind = 'preference',
) {
  const measured = await measure(storeRows(store, `${kind} ${check}`, rows, kind), settings);
  const numbers = [...(measured.rows.get(check) ?? [])];
  const finding = measured.report.findings.find(({ id }) => id === check);
  expect(finding?.count).toBe(numbers.length);
  return { numbers, finding, report: measured.report };
}

const pair = (prompt: string, chosen: string, rejected: string, fields: Partial<NewPair> = {}) =>
  newPair({ prompt, chosen, rejected, ...fields });

describe('checks', () => {
  it('exact duplicates: every row but the first, whatever its scores', async () => {
    const rows = [
      pair('a', 'x', 'y'),
      pair('a', 'x', 'z'),
      pair('a', 'x', 'y', { margin: 3 }),
      pair('a', 'x', 'y'),
      pair('b', 'x', 'y'),
    ];
    expect((await foundBy('exact-duplicates', rows)).numbers).toEqual([2, 3]);
  });

  it('near duplicates: not those that are equal', async () => {
    const long = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
    const rows = [
      pair('a', long, 'no'),
      pair('a', long, 'no'),
      pair('a', `${long} more`, 'no'),
      pair('b', 'else', 'entirely'),
    ];
    const { numbers, finding } = await foundBy('near-duplicates', rows);
    expect(numbers).toEqual([2]);
    expect(finding?.meaning).toBe('Jaccard ≥ 0.85 of runs of 3 words; MinHash finds 99.4% of those at the threshold');
    expect((await foundBy('near-duplicates', rows, { threshold: 1 })).numbers).toEqual([]);
  });

  it('near duplicates: says how many rows stand among too many to be held against all', async () => {
    // alike enough to share a band, not to be duplicates
    const shared = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
    const own = (i: number) => Array.from({ length: 16 }, (_, j) => `own${i}x${j}`).join(' ');
    const rows = Array.from({ length: 300 }, (_, i) => pair('a', `${shared} ${own(i)}`, 'no'));
    const { numbers, finding } = await foundBy('near-duplicates', rows);
    expect(numbers).toEqual([]);
    expect(finding?.meaning).toMatch(
      /; \d+ of the others stand among so many alike that they were held against 4 of them a band$/,
    );
  });

  it('contradictions: all rows of a decision that goes both ways; ties decide nothing', async () => {
    const rows = [
      pair('a', 'x', 'y'),
      pair('a', 'y', 'x'),
      pair('a', 'x', 'y'),
      pair('b', 'y', 'x'),
      pair('b', 'x', 'y', { tie: true }),
    ];
    expect((await foundBy('contradictions', rows)).numbers).toEqual([0, 1, 2]);
    const labelled = (completion: string, label: boolean) => newPair({ completion, label });
    const unpaired = [labelled('x', true), labelled('x', false), labelled('y', true), labelled('y', true)];
    expect((await foundBy('contradictions', unpaired, {}, 'unpaired')).numbers).toEqual([0, 1]);
  });

  it('identical and empty answers, ties', async () => {
    const rows = [
      pair('a', 'x', 'x'),
      pair('a', 'x', ' \n'),
      pair('a', 'x', 'y', { tie: true }),
      pair('a', '', ''),
      pair('a', '\u200b', 'x'),
    ];
    expect((await foundBy('identical-answers', rows)).numbers).toEqual([0, 3]);
    expect((await foundBy('empty-answers', rows)).numbers).toEqual([1, 3, 4]);
    expect((await foundBy('ties', rows)).numbers).toEqual([2]);
  });

  it('leakage between the parts that rows name, by prompts up to case and white space', async () => {
    const of = (prompt: string, split?: string) => pair(prompt, 'x', 'y', split ? { metadata: { split } } : {});
    const rows = [of('What?', 'train'), of('what? ', 'test'), of('Why?', 'train'), of('Why?', 'train'), of('What?')];
    expect((await foundBy('leakage', rows)).numbers).toEqual([0, 1]);
    const alone = await foundBy('leakage', [of('What?', 'train'), of('Why?')]);
    expect(alone.finding?.skipped).toMatch(/no other part/);
  });

  it('leakage between the parts of a split, and against a dataset that is named', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => pair(`prompt ${i}`, 'x', 'y'));
    const whole = storeRows(store, 'whole', rows);
    const [train] = await deriveVersions(store, [whole], { operation: 'split', params: { share: 0.3 } });
    const clean = await measure(requireVersion(store, train.versionId));
    expect(clean.report.findings.find(({ id }) => id === 'leakage')).toMatchObject({
      count: 0,
      skipped: null,
      meaning: 'Prompts that also stand in whole-test@1',
    });
    storeRows(store, 'exam', [pair('PROMPT 4', 'a', 'b'), pair('prompt  5', 'a', 'b')]);
    const leaked = await measure(whole, { against: ['exam'] });
    expect([...(leaked.rows.get('leakage') ?? [])]).toEqual([4, 5]);
    await expect((async () => measure(whole, { against: ['none'] }))()).rejects.toThrow('there is no dataset "none"');
  });

  it('what a kind does not have is not checked', async () => {
    const { report } = await measure(storeRows(store, 'p', [newPair({ prompt: 'only' })], 'prompts'));
    expect(report.findings.map(({ id }) => id).sort()).toEqual(
      ['exact-duplicates', 'language-mix', 'leakage', 'near-duplicates', 'personal-data', 'secrets'].sort(),
    );
    expect([report.baselines, report.histograms]).toEqual([[], []]);
  });
});

describe('patterns', () => {
  const found = (patterns: typeof PERSONAL, text: string) =>
    patterns.flatMap(({ one, find }) => (find(text) ? [one] : []));

  it.each([
    ['write to ada.l+x@mail.example.org.', ['e-mail address']],
    ['@ada said a@b, user@localhost, 3@4.5', []],
    ['call +44 20 7946 0958 or (555) 123-4567', ['phone number']],
    ['555-123-4567', ['phone number']],
    ['in 2010-2015, 1234567890, 3.141.592.6535, 10:30, v1.2.3', []],
    ['card 4111 1111 1111 1111, and 5500-0000-0000-0004', ['card number']],
    ['not a card: 4111 1111 1111 1112; order 1234567890123', []],
    ['amex 378282246310005', ['card number']],
  ])('personal data in %j', (text, expected) => expect(found(PERSONAL, text)).toEqual(expected));

  it.each([
    [`AKIA${'ABCDEFGH12345678'}`, ['AWS key']],
    [`x AKIA${'abc'}`, []],
    [`token ghp_${'a1B2'.repeat(9)}`, ['GitHub token']],
    [`sk-proj-${'a1B2c3D4e5'.repeat(3)}`, ['API key']],
    ['ask-me-anything-about-it-please-do', []],
    [`hf_${'aB'.repeat(17)}`, ['Hugging Face token']],
    [`AIza${'a'.repeat(35)}`, ['Google key']],
    ['xoxb-1234567890-abcdef', ['Slack token']],
    ['-----BEGIN RSA PRIVATE KEY-----', ['private key']],
    ['-----BEGIN CERTIFICATE-----', []],
    [`eyJ${'a'.repeat(12)}.eyJ${'b'.repeat(12)}.${'c'.repeat(12)}`, ['web token']],
  ])('secrets in %j', (text, expected) => expect(found(SECRETS, text)).toEqual(expected));

  it('Luhn: the check digit of published examples, and no other', () => {
    for (const number of ['79927398713', '4111111111111111', '378282246310005', '6011111111111117'])
      for (let last = 0; last < 10; last++)
        expect(passesLuhn(number.slice(0, -1) + last)).toBe(String(last) === number.at(-1));
  });

  it('are told by how many rows have them', async () => {
    const rows = [
      pair('mail me: a@b.org', 'x', 'y'),
      pair('q', 'call (555) 123-4567', 'y'),
      pair('q', 'a@b.org (555) 123-4567', 'a@b.org'),
      pair('q', 'x', 'y'),
    ];
    const { numbers, finding } = await foundBy('personal-data', rows);
    expect(numbers).toEqual([0, 1, 2]);
    expect(finding).toMatchObject({
      meaning: '2 with e-mail addresses, 2 with phone numbers',
      share: 0.75,
      warns: true,
    });
  });
});

describe('baselines', () => {
  const baselineOf = async (name: string, id: string, rows: readonly NewPair[]) =>
    (await measure(storeRows(store, name, rows))).report.baselines.find((each) => each.id === id);

  it('length: longer is chosen, equal counts half, ties do not count', async () => {
    const rows = [
      ...Array.from({ length: 6 }, (_, i) => pair(`p${i}`, 'longer', 'short')),
      ...Array.from({ length: 2 }, (_, i) => pair(`q${i}`, 'short', 'longer')),
      pair('r', 'same!', 'equal'),
      pair('r', '😀', 'x'),
      pair('s', 'longer', 's', { tie: true }),
    ];
    const found = await baselineOf('lengths', 'length-baseline', rows);
    expect(found).toMatchObject({ n: 10, accuracy: 0.7 });
    // Wilson's interval of 7 of 10
    expect(found?.interval?.[0]).toBeCloseTo(0.3968, 3);
    expect(found?.interval?.[1]).toBeCloseTo(0.8922, 3);
  });

  const random = createRandom(5);
  const words = (count: number) => Array.from({ length: count }, () => `w${random.integer(200)}`).join(' ');

  it('bag of words: one word that tells all is found, in prompts not seen', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => pair(`p${i}`, `${words(12)} certainly`, `${words(12)} never`));
    const found = await baselineOf('telling', 'bag-of-words', rows);
    expect(found?.accuracy).toBeGreaterThan(0.98);
  });

  it('bag of words: nothing in the words is chance', async () => {
    const found = [];
    for (let set = 0; set < 8; set++) {
      const rows = Array.from({ length: 300 }, (_, i) => pair(`p${i}`, words(12), words(12)));
      found.push(await baselineOf(`noise ${set}`, 'bag-of-words', rows));
    }
    const mean = found.reduce((sum, each) => sum + (each?.accuracy ?? 0), 0) / found.length;
    // a set has a standard deviation of 0.036 (60 sets: mean 0.4986), more than 300 coins have: folds share what they learn from
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.04);
    const hold = found.filter((each) => each?.interval && each.interval[0] <= 0.5 && each.interval[1] >= 0.5);
    expect(hold.length).toBeGreaterThanOrEqual(6);
  });

  it('bag of words: a prompt that it has seen tells nothing of one that it has not', async () => {
    // each prompt has words of its own: without folds by prompt they would give the label away
    const rows = Array.from({ length: 60 }, (_, i) => {
      const [good, bad] = [`only${i}yes`, `only${i}no`];
      return Array.from({ length: 5 }, () => pair(`p${i}`, good, bad));
    }).flat();
    expect(await baselineOf('prompts', 'bag-of-words', rows)).toMatchObject({ accuracy: 0.5, n: 300 });
  });

  it('of too few pairs is not given', async () => {
    expect(await baselineOf('few', 'bag-of-words', [pair('p', 'x', 'y')])).toMatchObject({
      accuracy: null,
      interval: null,
    });
    expect(await baselineOf('none', 'length-baseline', [pair('p', 'x', 'y', { tie: true })])).toMatchObject({
      accuracy: null,
      n: 0,
    });
  });
});

describe('label suspects', () => {
  const random = createRandom(9);
  const words = (count: number) => Array.from({ length: count }, () => `w${random.integer(200)}`).join(' ');
  /** One word tells the label, but in the rows that were turned round. */
  const rowsWith = (isTurned: (i: number) => boolean, count = 400) =>
    Array.from({ length: count }, (_, i) => {
      const [good, bad] = [`${words(8)} certainly`, `${words(8)} never`];
      return isTurned(i) ? pair(`p${i}`, bad, good) : pair(`p${i}`, good, bad);
    });

  it('are the rows that were turned round, where words tell the label', async () => {
    const { numbers, finding } = await foundBy(
      'label-suspects',
      rowsWith((i) => i % 10 === 3),
    );
    // of 40; none of the others
    expect(numbers.length).toBeGreaterThanOrEqual(32);
    expect(numbers.every((row) => row % 10 === 3)).toBe(true);
    expect(finding).toMatchObject({
      warns: true,
      meaning:
        'Words alone are at least 75% sure of the other answer; without having seen the prompt they are right in 90% of the pairs',
    });
  });

  it('are found in rows that were not learnt from, and the report says so', async () => {
    const turned = new Set([1, 20_500, 39_999]);
    const { numbers, finding } = await foundBy(
      'label-suspects',
      rowsWith((i) => turned.has(i), 40_000),
    );
    expect(numbers).toEqual([...turned]);
    expect(finding?.meaning).toMatch(/, learnt from one row in 2$/);
  });

  it('are none where words tell nothing, ties or too few pairs', async () => {
    const toss = rowsWith(() => random.integer(2) === 1);
    const words = await foundBy('label-suspects', toss);
    expect([words.numbers, words.finding?.skipped]).toEqual([
      [],
      'Words alone tell no label here, so they can doubt none',
    ]);
    const few = await foundBy('label-suspects', [pair('p', 'x', 'y')]);
    expect(few.finding?.skipped).toBe('Needs 20 decided pairs');
  });

  it('calibration: the slope of margins whose probabilities are known', () => {
    // σ(a · 2) = 3/4 where a margin of 2 is right in three of four
    expect(calibratedSlope([2, 2, 2, -2])).toBeCloseTo(Math.log(3) / 2, 8);
    expect(calibratedSlope([1, -1])).toBe(0);
    expect(calibratedSlope([1, -3])).toBe(0);
    expect(calibratedSlope([])).toBe(0);
  });
});

describe('scripts', () => {
  it.each([
    ['Hello, 世界', 'Latin'],
    ['Привет, ok', 'Cyrillic'],
    ['Das heißt „über“', 'Latin'],
    ['東京は日本の首都です', 'Kana'],
    ['日本国憲法第九条を', 'Kana'],
    ['北京是中国的首都', 'Han'],
    ['서울은 수도이다', 'Hangul'],
    ['القاهرة', 'Arabic'],
    ['𠀀𠀁', 'Han'],
    ['ꓘꓘꓘ', 'other scripts'],
  ])('%j is %s', (text, script) => expect(SCRIPT_NAMES[mainScript(countScripts(text))]).toBe(script));

  it.each(['', '12:30', '🙂 —'])('%j has none', (text) => expect(mainScript(countScripts(text))).toBe(NO_LETTERS));

  it('mix: shares by rows, the rows are those in another script than most', async () => {
    const rows = [
      pair('What is it?', 'a fox', 'a hen'),
      pair('Was ist das?', 'ein Fuchs', 'ein Huhn'),
      pair('这是什么？', '狐狸', '母鸡'),
      pair('1 + 1', '2', '3'),
    ];
    const { numbers, finding } = await foundBy('language-mix', rows);
    expect(numbers).toEqual([2]);
    expect(finding).toMatchObject({
      warns: false,
      meaning:
        'By script, not by language, so that English and French are one: Latin 66.6%, Han 33.3%; 1 without letters. The rows are those not in Latin',
    });
  });

  it('an answer in another script than its prompt', async () => {
    const rows = [
      pair('Translate to Russian: good morning', 'Доброе утро', 'good morning'),
      pair('Translate to German: good morning', 'Guten Morgen', 'good morning'),
      pair('What is the sum of the angles?', 'π', '180°'),
    ];
    expect((await foundBy('answer-script', rows)).numbers).toEqual([0]);
  });
});

describe('lengths', () => {
  const tokenizer = loadTokenizer(resolve('resources/models/helpful-reference/tokenizer.json'));

  it('in characters: medians and counts of every bin', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => pair(`p${i}`, 'x'.repeat(10 * i), 'y'.repeat(5)));
    const { report } = await measure(storeRows(store, 'l', rows));
    const [histogram] = report.histograms;
    expect(histogram).toMatchObject({ id: 'lengths', unit: 'characters', from: 0, width: 10 });
    expect(histogram.series[0]).toMatchObject({ name: 'chosen', median: 45 });
    expect(histogram.series[0].counts.slice(0, 11)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect(histogram.series[1].counts[0]).toBe(10);
  });

  it('in tokens: cut rows are those that the tokenizer says', async () => {
    const ask = (n: number) => Array.from({ length: n }, () => 'the').join(' ');
    const rows = [2, 40, 5, 90].map((n) => pair('the', ask(n), 'the'));
    const measured = await measure(storeRows(store, 't', rows), { maxLength: 30 }, tokenizer);
    expect([...(measured.rows.get('truncated') ?? [])]).toEqual([1, 3]);
    expect(measured.report.histograms[0]).toMatchObject({ unit: 'tokens' });
    const without = await measure(requireVersion(store, 't'), { maxLength: 30 });
    expect(without.report.findings.find(({ id }) => id === 'truncated')?.skipped).toMatch(/Choose a tokenizer/);
  });

  it('margins: where there are any', async () => {
    const rows = [-1, 0, 0.5, 1, 1, 2].map((margin, i) => pair(`p${i}`, 'x', 'y', { margin }));
    const { report } = await measure(storeRows(store, 'm', rows));
    const margins = report.histograms.find(({ id }) => id === 'margins');
    expect(margins?.series[0]).toMatchObject({ median: 0.75 });
    expect(margins?.series[0].counts.reduce((a, b) => a + b)).toBe(6);
    const none = await measure(storeRows(store, 'n', [pair('p', 'x', 'y')]));
    expect(none.report.histograms.map(({ id }) => id)).toEqual(['lengths']);
  });
});

describe('a report', () => {
  it('is kept with its version, its rows are filters of the pair table, and it goes with the version', async () => {
    const found = storeRows(store, 'k', [pair('a', 'x', 'x'), pair('a', 'x', 'y'), pair('b', 'z', 'z')]);
    const { id } = found.version;
    expect(getQuality(store, id)).toBe(null);
    const ask = (check: string) => [
      ...matchPairs(store, id, pairQuery.parse({ check, sort: 'row', descending: true })),
    ];
    expect(() => ask('identical-answers')).toThrow('there is no quality report with a check "identical-answers"');
    const { report, rows } = await measure(found);
    saveQuality(store, id, report, rows);
    expect(getQuality(store, id)).toEqual(qualityReport.parse(report));
    expect(ask('identical-answers')).toEqual([2, 0]);
    saveQuality(store, id, report, new Map([['identical-answers', Int32Array.of(1)]]));
    expect(ask('identical-answers')).toEqual([1]);
    store.prepare('DELETE FROM versions WHERE id = ?').run(id);
    expect(store.prepare('SELECT count(*) AS n FROM quality_rows').get()).toEqual({ n: 0 });
  });

  it('lists what warns first', async () => {
    const { report } = await measure(
      storeRows(store, 'o', [pair('a', 'x', 'x'), pair('b', 'y', 'y'), pair('b', 'y@z.org', 'y', { tie: true })]),
    );
    const warned = report.findings.filter(({ warns }) => warns).map(({ id }) => id);
    expect(report.findings.slice(0, warned.length).map(({ id }) => id)).toEqual(warned);
    expect(warned).toEqual(['identical-answers', 'ties', 'personal-data']);
    expect(new Set([...report.findings, ...report.baselines, ...report.histograms].map(({ id }) => id)).size).toBe(
      qualityChecks.all.length - 1, // no margins here
    );
  });

  it('ends when it is told to, and tells how far it is', async () => {
    const found = storeRows(
      store,
      's',
      Array.from({ length: 1000 }, (_, i) => pair(`p${i}`, 'x', 'y')),
    );
    const told: string[] = [];
    const pulse = async (done: number, total: number, what: string) => {
      told.push(`${what} ${done} of ${total}`);
      if (told.length === 3) throw new Error('stop');
    };
    const settings = qualitySettings.parse({});
    await expect(
      measureQuality(storedSource(store, found, settings), settings, { tokenizer: null, pulse }),
    ).rejects.toThrow('stop');
    expect(told).toEqual([200, 400, 600].map((n) => `rows read ${n} of 1000`));
  });
});
