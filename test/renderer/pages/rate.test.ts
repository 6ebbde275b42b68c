/** The form of a new queue: what it asks for first, and what it sends. */
import { describe, expect, it } from 'vitest';
import { newQueue } from '../../../src/preload/contract/index.ts';
import { withTag } from '../../../src/renderer/pages/rate/draft.ts';
import {
  dealingWords,
  type Form,
  namesIn,
  problemOf,
  queueOf,
  START,
} from '../../../src/renderer/pages/rate/queue-form.ts';

const MODELS: Form = { ...START, name: ' ab ', models: ['x', 'y'], prompts: 'task:helpful' };
const DATASET: Form = { ...START, name: 'again', kind: 'dataset', dataset: 'pairs@2' };

describe('a new queue', () => {
  it.each<[string, Form, RegExp | null]>([
    ['nothing', START, /needs a name/],
    ['one model', { ...MODELS, models: ['x'] }, /two models/],
    ['no prompts', { ...MODELS, prompts: '' }, /prompts/],
    ['no dataset', { ...DATASET, dataset: '' }, /dataset/],
    ['a reward model that is not named', { ...MODELS, judge: 'reward-model' }, /reward model/],
    ['an endpoint without a model', { ...MODELS, judge: 'llm', url: 'http://x/v1' }, /address and the name/],
    ['more people than are named', { ...MODELS, raters: 'ada', who: 'several' }, /2 people .* one is named/],
    ['as many as are named', { ...MODELS, raters: 'ada, bob', who: 'several' }, null],
    ['all of it', MODELS, null],
    ['all of a dataset', DATASET, null],
  ])('%s', (_name, form, problem) => {
    if (problem) expect(problemOf(form)).toMatch(problem);
    else expect(problemOf(form)).toBeNull();
  });

  it('is what the host takes, with names that hold colons', () => {
    expect(newQueue.parse(queueOf({ ...MODELS, prompts: 'dataset:a:b', judge: 'gold' }, []))).toMatchObject({
      name: 'ab',
      count: 50,
      judge: { kind: 'gold' },
      source: { kind: 'models', models: ['x', 'y'], prompts: { dataset: 'a:b' }, temperature: 0.7 },
    });
    expect(newQueue.parse(queueOf(DATASET, []))).toMatchObject({
      judge: null,
      source: { kind: 'dataset', dataset: 'pairs@2' },
    });
    const judge = { kind: 'llm', url: 'http://x/v1', model: 'm', rule: 'disagreement' };
    expect(
      queueOf({ ...MODELS, judge: 'llm', url: ' http://x/v1 ', judgeModel: 'm', rule: 'disagreement' }, []).judge,
    ).toEqual(judge);
  });

  it('says who rates what, and sends it', () => {
    expect(namesIn(' ada, bob ,,ada')).toEqual(['ada', 'bob']);
    expect(newQueue.parse(queueOf(MODELS, []))).toMatchObject({ raters: [], ratersEach: null, overlapShare: 1 });
    const several: Form = { ...DATASET, raters: 'ada, bob, cleo', who: 'several', overlap: 20 };
    expect(newQueue.parse(queueOf(several, []))).toMatchObject({
      raters: ['ada', 'bob', 'cleo'],
      ratersEach: 2,
      overlapShare: 0.2,
    });
    expect(dealingWords(several)).toBe(
      'About 10 of 50 pairs are rated by 2; κ and α rest on them. The others are rated once.',
    );
    expect(dealingWords({ ...DATASET, raters: 'ada, bob' })).toBe('Each pair is rated by all 2; κ and α rest on them.');
    expect(queueOf({ ...DATASET, who: 'one' }, []).overlapShare).toBe(0);
  });

  it('a tag pressed twice is taken off', () => {
    expect(withTag(withTag([], 'x'), 'y')).toEqual(['x', 'y']);
    expect(withTag(['x', 'y'], 'x')).toEqual(['y']);
  });
});
