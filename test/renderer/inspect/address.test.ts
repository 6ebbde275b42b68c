/** Inspect's address and forms: what is written is read back, what a reference is, what a pair needs, what is refused in a field. */
import { describe, expect, it } from 'vitest';
import type { ModelChoice } from '../../../src/preload/contract/index.ts';
import { readLink, writeLink } from '../../../src/renderer/pages/inspect/deep-link.ts';
import { firstModels, referenceOf } from '../../../src/renderer/pages/inspect/models.ts';
import { toPrompt } from '../../../src/renderer/pages/inspect/pick-prompt.tsx';
import {
  FIELDS,
  fieldProblem,
  parseStops,
  settingsWords,
  stopLines,
} from '../../../src/renderer/pages/inspect/sampling.tsx';
import { preferenceOf } from '../../../src/renderer/pages/inspect/save-pair.tsx';
import { DEFAULT_SAMPLING, newPane, type Pane, promptOf } from '../../../src/renderer/pages/inspect/state.ts';
import { nextToken } from '../../../src/renderer/pages/inspect/token-list.tsx';
import { visibleText } from '../../../src/renderer/pages/inspect/token-words.ts';

const EMPTY = {
  panes: [],
  prompt: { before: [], text: '', chat: false },
  reference: null,
  tab: 'generate',
  chosen: '',
  rejected: '',
} as const;

describe('deep links', () => {
  it('are read back as they were written', () => {
    const was = {
      panes: [newPane('dpo-01'), newPane('dpo-01@20~base')],
      prompt: { before: [], text: 'Why? a=b & #1\n“é”', chat: true },
      reference: 'built-in',
      tab: 'force',
    } as const;
    const read = readLink(writeLink(was), EMPTY);
    expect(read.panes?.map(({ model }) => model)).toEqual(['dpo-01', 'dpo-01@20~base']);
    expect(read).toMatchObject({ prompt: was.prompt, reference: 'built-in', tab: 'force' });
  });

  it('leave what they do not name, and panes that are the same with their answers', () => {
    const panes = [newPane('a'), newPane('b')];
    expect(readLink('a=a&b=b', { ...EMPTY, panes })).toEqual({});
    expect(readLink('tab=nonsense', EMPTY)).toEqual({});
    expect(readLink('a=x', { ...EMPTY, panes }).panes).toHaveLength(1);
    expect(writeLink({ ...EMPTY, prompt: { before: [], text: 'x'.repeat(2000), chat: false } })).toBe('');
  });
});

const choice = (ref: string, more: Partial<ModelChoice> = {}): ModelChoice => ({
  ref,
  name: ref,
  detail: 'final',
  method: null,
  head: 'language',
  reference: null,
  beta: null,
  ...more,
});

describe('references', () => {
  const choices = [choice('run', { reference: 'base' }), choice('rm', { head: 'score' }), choice('base')];
  it('are chosen, else what a model was trained against, else the first of several', () => {
    expect(referenceOf(choices, ['base', 'run'], null)).toBe('base');
    expect(referenceOf(choices, ['run'], 'run')).toBe('run');
    expect(referenceOf(choices, ['run'], 'gone')).toBe('base');
    expect(referenceOf([choice('x'), choice('y')], ['x', 'y'], null)).toBe('x');
    expect(referenceOf([choice('x')], ['x'], null)).toBeNull();
    expect(firstModels(choices)).toEqual(['base', 'run']);
    expect(firstModels([choice('x'), choice('y')])).toEqual(['x', 'y']);
    expect(firstModels([])).toEqual([]);
  });
});

describe('prompts', () => {
  it('of a conversation keep its earlier turns', () => {
    const turns = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'q' },
    ];
    const picked = toPrompt({ prompt: turns, chosen: null, rejected: null });
    expect(picked).toEqual({ before: [turns[0]], text: 'q', chat: true });
    expect(promptOf(picked)).toEqual(turns);
    expect(promptOf(toPrompt({ prompt: 'plain', chosen: null, rejected: null }))).toBe('plain');
  });
});

function answered(text: string, prompt = 'q'): Pane {
  return {
    ...newPane('m'),
    answer: {
      status: 'done',
      model: 'm',
      prompt,
      sampling: DEFAULT_SAMPLING,
      reading: null,
      tokens: [{ id: 1, text, special: false, logp: -1, refLogp: null, kl: null, top: [] }],
      weights: null,
      readTo: 0,
      exact: true,
      end: { text, finish: 'eos', tokens: 1, seconds: 0 },
      reference: null,
      whyNoReference: null,
      gold: null,
      reward: null,
      error: null,
    },
  };
}

describe('pairs', () => {
  it('are two different answers to one prompt', () => {
    expect(preferenceOf(answered('yes'), answered('no'))).toMatchObject({
      prompt: 'q',
      chosen: { text: 'yes', model: 'm' },
      rejected: { text: 'no' },
    });
    expect(preferenceOf(answered('yes'), answered('yes'))).toContain('the same text');
    expect(preferenceOf(answered('yes'), answered('no', 'other'))).toContain('different prompts');
    expect(preferenceOf(answered('yes'), newPane('m'))).toContain('press Generate');
    expect(preferenceOf(answered('yes'), undefined)).toContain('press Generate');
  });
});

describe('settings', () => {
  const field = (key: string) => FIELDS.find((each) => each.key === key) ?? FIELDS[0];
  it('refuse what the contract refuses', () => {
    expect(fieldProblem(field('temperature'), '0')).toContain('above 0');
    expect(fieldProblem(field('temperature'), '0.7')).toBeNull();
    expect(fieldProblem(field('topK'), '1.5')).toContain('whole');
    expect(fieldProblem(field('topP'), '1.1')).not.toBeNull();
    expect(fieldProblem(field('seed'), '')).not.toBeNull();
  });
  it('are said in words; stop strings keep their line ends and special tokens', () => {
    expect(settingsWords({ ...DEFAULT_SAMPLING, topK: 5, stop: ['x'] })).toEqual([
      'temperature 1',
      'top-k 5',
      'seed 42',
      'max 64 tok',
      '1 stop',
    ]);
    const stops = ['<|im_end|>', '\n\n', ' a'];
    expect(parseStops(stopLines(stops))).toEqual(stops);
  });
});

describe('tokens', () => {
  it('are walked by keys, and named so that spaces are seen', () => {
    expect([nextToken('ArrowRight', 0, 3), nextToken('ArrowRight', 2, 3), nextToken('ArrowLeft', 0, 3)]).toEqual([
      1, 2, 0,
    ]);
    expect([nextToken('Home', 2, 3), nextToken('End', 0, 3), nextToken('a', 0, 3)]).toEqual([0, 2, null]);
    expect(visibleText(' I\n')).toBe('␣I⏎');
  });
});
