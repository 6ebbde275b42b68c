/** Model cards: what the run's record says, nothing of this machine; the licence is read from the base's card. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { licenceFront, licenceOf } from '../../src/main/exports/licence.ts';
import { type CardRun, modelCard } from '../../src/main/exports/model-card.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-card-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run: CardRun = {
  name: 'dpo-01',
  method: 'dpo',
  status: 'finished',
  model: 'smol',
  referenceModel: null,
  dataset: 'helpful v2',
  step: 40,
  maxSteps: 40,
  endedAt: '2026-01-02T03:04:05.000Z',
  seconds: 61.4,
  config: { model: '/home/me/smol', beta: 0.1, seed: 7, loss_type: ['sigmoid', 'sft'], tokenizer: '/home/me/a|b.json' },
  latest: { loss: Math.LN2, 'rewards/margins': null },
};
const facts = {
  name: 'mine',
  format: 'GGUF file',
  family: 'llama',
  parameters: 134_515_008,
  licence: { id: 'apache-2.0' },
  library: 'transformers',
  adapterParameters: null,
  scores: false,
  base: null,
};

it('tells of data, method, options, metrics, seed and licence', () => {
  const card = modelCard({ ...facts, run });
  const front = /^---\n([\s\S]*?)\n---\n/.exec(card)?.[1] ?? '';
  expect(parse(front)).toEqual({
    license: 'apache-2.0',
    library_name: 'transformers',
    pipeline_tag: 'text-generation',
    base_model: 'smol',
    tags: ['plumbline', 'dpo'],
  });
  for (const part of [
    '| Method | dpo |',
    '| Data | helpful v2 |',
    '| Seed | 7 |',
    '| Steps | 40 |',
    '| `beta` | 0.1 |',
    '| `loss_type` | ["sigmoid","sft"] |',
    '| `loss` | 0.693147 |',
    '| `rewards/margins` | not finite |',
    '134,515,008 parameters',
    'Licence of the base model: apache-2.0.',
  ])
    expect(card).toContain(part);
  expect(card).not.toContain('/home/me');
  expect(card).toContain('a\\|b.json');
});

it('no place of this machine, however deep it lies; what only begins with a slash stays', () => {
  const config = {
    model: '/home/me/a base',
    reward_models: ['/home/me/rm', { path: 'C:\\Users\\me\\rm2' }],
    judge: { script: 'file:///home/me/judge.mjs' },
    probe: '/no_think',
  };
  const card = modelCard({ ...facts, run: { ...run, model: null, dataset: '/home/me/pairs.jsonl', config } });
  expect(card).not.toMatch(/home\/me|Users/);
  for (const part of [
    '| Data | pairs.jsonl |',
    '["rm",{"path":"rm2"}]',
    '{"script":"judge.mjs"}',
    '| `probe` | /no_think |',
  ])
    expect(card).toContain(part);
  // the hub would refuse the whole card for a name with a space
  expect(card).not.toContain('base_model:');
  expect(card).toContain('| Started from | a base |');
});

it('odd names are texts, not marks', () => {
  const name = '# a\n---\n<img src=x> *b* [c](d) `e` _f_';
  const card = modelCard({ ...facts, name, run: { ...run, name, dataset: 'me/pairs' } });
  expect(card).toContain('\n# # a --- \\<img src=x> \\*b\\* [c]\\(d) \\`e\\` \\_f\\_\n');
  expect(card.match(/^---$/gm)).toHaveLength(2);
  expect(parse(/^---\n([\s\S]*?)\n---\n/.exec(card)?.[1] ?? '')).toMatchObject({ datasets: ['me/pairs'] });
});

it('a reward model and an adapter say so', () => {
  const card = modelCard({
    ...facts,
    scores: true,
    library: 'peft',
    adapterParameters: 1234,
    run: { ...run, method: 'reward' },
  });
  expect(parse(/^---\n([\s\S]*?)\n---\n/.exec(card)?.[1] ?? '')).toMatchObject({
    library_name: 'peft',
    pipeline_tag: 'text-classification',
    tags: ['plumbline', 'reward-model', 'reward'],
  });
  expect(card).toContain(
    'An adapter of 1,234 parameters for a llama reward model (one score for a text) of 134,515,008 parameters, written',
  );
  expect(card).not.toContain('| Reference |');
});

it("a licence of the base's own goes along with its name and link; one that the hub does not know is its other", () => {
  writeFileSync(
    join(folder, 'README.md'),
    '---\nlicense: other\nlicense_name: qwen-research\nlicense_link: LICENSE\n---\n',
  );
  expect(licenceFront(licenceOf(folder))).toEqual({
    license: 'other',
    license_name: 'qwen-research',
    license_link: 'LICENSE',
  });
  expect(licenceFront({ id: 'My Licence, v2' })).toEqual({ license: 'other', license_name: 'my-licence-v2' });
  expect(licenceFront(null)).toEqual({});
});

it('says what is not known', () => {
  const card = modelCard({ ...facts, licence: null, run: null });
  expect(card).toContain('The licence of the base model was not found');
  expect(card).toContain('No record of a training run');
  expect(modelCard({ ...facts, run: { ...run, status: 'stopped', step: 3 } })).toContain(
    '| Steps | 3 of 40 (stopped) |',
  );
});

it.each([
  ['---\nlicense: mit\n---\n# A', 'mit'],
  ['---\r\nlicense: llama3.2\r\n---\r\n', 'llama3.2'],
  ['---\nlicense: [a, b]\n---\n', null],
  ['---\n: : [\n---\n', null],
  ['# no front matter\nlicense: mit', null],
])('%j: the licence is %s', (text, licence) => {
  writeFileSync(join(folder, 'README.md'), text);
  expect(licenceOf(folder)?.id ?? null).toBe(licence);
});
