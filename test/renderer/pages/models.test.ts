/** Lineage, words and drops of the Models page: pure functions. */
import { describe, expect, it } from 'vitest';
import type { ModelDetail, ModelSummary } from '../../../src/preload/contract/index.ts';
import { dropKind } from '../../../src/renderer/pages/drop-kind.ts';
import { lineageOf } from '../../../src/renderer/pages/models/lineage.ts';
import { kindOf, parametersOf, referenceOf, relationOf } from '../../../src/renderer/pages/models/model-words.ts';

const model = (name: string, parent: string | null, more: Partial<ModelSummary> = {}): ModelSummary => ({
  id: name,
  name,
  family: 'llama',
  parameters: 134_515_008,
  bytes: 1,
  vocabulary: 1,
  layers: 1,
  hidden: 1,
  context: 1,
  origin: 'imported',
  runId: null,
  parent,
  createdAt: '2026-01-01T00:00:00.000Z',
  kind: 'base',
  method: null,
  adapter: null,
  diskBytes: 1,
  licence: null,
  usedBy: 0,
  ...more,
});

const shown = (all: readonly ModelSummary[], name: string) =>
  lineageOf(all, name).nodes.map((node) => `${'  '.repeat(node.depth)}${node.name}${node.model ? '' : ' (not here)'}`);

describe('lineage', () => {
  // as the host lists them: the newest first
  const all = [
    model('dpo', 'sft'),
    model('rm', 'sft'),
    model('sft', 'base'),
    model('base', 'owner/base'),
    model('other', null),
  ];

  it('is the tree from the oldest ancestor on, in the order in which models came', () => {
    const tree = ['owner/base'.split('/')[1], '  base', '    sft', '      rm', '      dpo'];
    expect(shown(all, 'sft')).toEqual([`${tree[0]} (not here)`, ...tree.slice(1)]);
    expect(shown(all, 'dpo')).toEqual(shown(all, 'base'));
    expect(shown(all, 'other')).toEqual(['other']);
  });

  it('shows the last part of a path, and cuts a ring', () => {
    expect(shown([model('x', '/home/me/models/SmolLM')], 'x')).toEqual(['SmolLM (not here)', '  x']);
    expect(shown([model('a', 'b'), model('b', 'a')], 'a')).toEqual(['b', '  a']);
    expect(shown([model('self', 'self')], 'self')).toEqual(['self']);
  });

  it('keeps to the own line when a base has many children, and counts the others', () => {
    const many = Array.from({ length: 20 }, (_, i) => model(`run-${i}`, 'base'));
    const found = lineageOf([model('child', 'run-3'), ...many, model('base', null)], 'run-3');
    expect(found.nodes.map((node) => node.name)).toEqual(['base', 'run-3', 'child']);
    expect(found.others).toBe(19);
  });
});

describe('words', () => {
  const lora = model('lora', 'base', {
    kind: 'policy',
    method: 'dpo',
    runId: 'r',
    adapter: { rank: 16, parameters: 1_800_000 },
  });

  it('name kinds, parameters and relations', () => {
    expect([kindOf(lora), parametersOf(lora)]).toEqual(['LoRA r 16', '+1.8 M']);
    expect([kindOf(model('b', null)), parametersOf(model('b', null))]).toEqual(['Base', '134.5 M']);
    expect(kindOf(model('r', 'b', { kind: 'reward' }))).toBe('Reward model');
    expect(relationOf(lora, 'lora')).toBe('this');
    expect(relationOf(lora, 'base')).toBe('Offline DPO');
    expect(relationOf(null, 'base')).toBe('not here');
  });

  it('say who is the reference, for methods that have one', () => {
    const run = {
      id: 'r',
      name: 'lora',
      method: 'dpo',
      status: 'finished',
      dataset: 'pairs',
      reference: null,
      annotator: null,
      rewardModel: 'rm',
    };
    const detail = { model: lora, run } as unknown as ModelDetail;
    expect(referenceOf(detail)).toEqual({
      lead: 'base with the adapter off',
      rest: 'Answers were ranked by rm on pairs.',
    });
    expect(referenceOf({ ...detail, run: { ...run, method: 'sft' } })).toEqual({
      lead: '',
      rest: 'Trained on pairs by lora.',
    });
    expect(referenceOf({ ...detail, run: null })).toBeNull();
  });
});

describe('a drop', () => {
  it.each([
    [['pairs.jsonl'], false, 'data'],
    [['model.gguf'], false, 'model file'],
    [['stories.bin'], false, 'model file'],
    [['config.json', 'model.safetensors'], false, 'model folder'],
    [['weights.safetensors'], false, 'model folder'],
    [['notes.txt'], true, 'model folder'],
    [['data.json'], false, 'data'],
  ] as const)('of %j is %s', (names, folder, kind) => {
    expect(dropKind(names, folder)).toBe(kind);
  });
});
