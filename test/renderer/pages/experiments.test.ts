/** Runs in their table, what a config comes to, and the same config for TRL. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { methods } from '../../../src/main/train/methods/index.ts';
import type { DatasetSummary, RunSummary } from '../../../src/preload/contract/index.ts';
import { fieldsOf, problemsOf } from '../../../src/renderer/components/params.ts';
import { arrangeRuns, type RunView } from '../../../src/renderer/pages/experiments/arrange.ts';
import { continuedDraft, draftFromRun, WIZARD_KEYS } from '../../../src/renderer/pages/experiments/draft.ts';
import { planOf } from '../../../src/renderer/pages/experiments/estimate.ts';
import { offersOf } from '../../../src/renderer/pages/experiments/offers.ts';
import { pastedDraft } from '../../../src/renderer/pages/experiments/paste-config.tsx';
import { withPreset } from '../../../src/renderer/pages/experiments/preset-menu.tsx';
import { presetsOf } from '../../../src/renderer/pages/experiments/presets.ts';
import { moved, queueOf } from '../../../src/renderer/pages/experiments/queue.tsx';
import { columnOf, runsCsv } from '../../../src/renderer/pages/experiments/run-columns.tsx';
import { withMarks } from '../../../src/renderer/pages/experiments/run-table.tsx';
import { summaryWarnings } from '../../../src/renderer/pages/experiments/run-values.ts';
import { gridWords, runCount, valuesOf, varyProblem } from '../../../src/renderer/pages/experiments/sweep.ts';
import { trlConfig } from '../../../src/renderer/pages/experiments/trl-config.ts';

describe('what the wizard offers', () => {
  const schema = {
    properties: Object.fromEntries(
      ['annotator', 'ref_model', 'judge_endpoint', 'judge_url', 'judge_model', 'eval_dataset', 'task'].map((key) => [
        key,
        { type: 'string' },
      ]),
    ),
  };
  const offers = offersOf(fieldsOf(schema), {
    models: [{ name: 'sft' }],
    datasets: [{ name: 'pairs' }],
    judges: [
      { name: 'local', url: 'http://127.0.0.1:1/v1', model: 'small' },
      { name: 'other', url: 'http://127.0.0.1:1/v1', model: 'large' },
    ],
  });

  it('are models and data of the workspace, and judges of Settings, beside which others may be typed', () => {
    expect(offers).toMatchObject({
      ref_model: { names: ['sft'] },
      eval_dataset: { names: ['pairs'] },
      judge_endpoint: { names: ['local', 'other'], free: true },
      judge_url: { names: ['http://127.0.0.1:1/v1'], free: true },
      judge_model: { names: ['small', 'large'], free: true },
    });
    expect(offers.annotator.names).toContain('llm_judge');
    expect(offers.task).toBeUndefined();
  });
});

function run(name: string, change: Partial<RunSummary> = {}): RunSummary {
  return {
    id: name,
    name,
    method: 'dpo',
    status: 'finished',
    model: 'ref',
    referenceModel: null,
    dataset: 'pairs',
    group: null,
    step: 10,
    maxSteps: 10,
    secondsLeft: null,
    createdAt: `2026-01-0${name.length}T00:00:00Z`,
    startedAt: null,
    endedAt: null,
    error: null,
    ratingsWaiting: 0,
    tags: [],
    notes: '',
    priority: 0,
    latest: {},
    ...change,
  };
}

const view: RunView = { asked: '', status: 'all', grouping: 'experiment', sort: { column: 'loss', descending: false } };
const names = (runs: readonly RunSummary[]) => runs.map(({ name }) => name);

describe('the table of runs', () => {
  const runs = [
    run('a', { group: 'g', latest: { loss: 0.5 } }),
    run('bb', { latest: { loss: 0.2 } }),
    run('ccc', { group: 'g', latest: {} }),
    run('dddd', { group: 'g', latest: { loss: 0.1 }, status: 'failed', method: 'sft' }),
  ];

  it('keeps groups together, the newest first, and sorts inside them with missing values last', () => {
    expect(names(arrangeRuns(runs, view))).toEqual(['dddd', 'a', 'ccc', 'bb']);
    const descending = { ...view, sort: { column: 'loss', descending: true } };
    expect(names(arrangeRuns(runs, descending))).toEqual(['a', 'dddd', 'ccc', 'bb']);
    expect(names(arrangeRuns(runs, { ...view, grouping: 'none' }))).toEqual(['dddd', 'bb', 'a', 'ccc']);
  });

  it('filters by words and by status', () => {
    expect(names(arrangeRuns(runs, { ...view, asked: 'SFT pairs' }))).toEqual(['dddd']);
    expect(names(arrangeRuns(runs, { ...view, status: 'ended early' }))).toEqual(['dddd']);
    expect(names(arrangeRuns(runs, { ...view, status: 'active' }))).toEqual([]);
  });

  it('is CSV with raw values', () => {
    const [head, first] = runsCsv([run('x, y', { latest: { loss: 0.125 } })]).split('\n');
    expect(head).toBe('run,method,model,data,status,gold,loss,margin,accuracy,kl,length,duration,created,tags,notes');
    expect(first).toMatch(/^"x, y",Offline DPO,ref,pairs,finished,,0\.125,,,,,/);
  });

  it('warns of displacement from evaluations, and of single batches only when the run is over', () => {
    const batch = { 'rewards/chosen': -1, 'rewards/margins': 1 };
    expect(summaryWarnings(run('a', { latest: batch }))).toHaveLength(1);
    expect(summaryWarnings(run('a', { latest: batch, status: 'running' }))).toEqual([]);
    const evaluation = { 'eval_rewards/chosen': -1, 'eval_rewards/margins': 1 };
    expect(summaryWarnings(run('a', { latest: evaluation, status: 'running' }))).toHaveLength(1);
    expect(summaryWarnings(run('a', { latest: { loss: null } }))).toEqual(['The loss is not a finite number.']);
  });
});

describe('a clone', () => {
  it('takes names, and leaves folders of this machine behind', () => {
    const config = {
      method: 'dpo',
      model: '/runs/sft-01',
      dataset: 'pairs@1',
      eval_dataset: '/runs/x/held.jsonl',
      beta: 0.2,
    };
    const detail = {
      ...run('a'),
      config,
      seconds: 1,
      cpuSeconds: null,
      tokensPerSecond: null,
      peakMemoryBytes: null,
      secondsPerStep: null,
      plan: null,
      checkpoints: [],
      data: [],
    };
    expect(draftFromRun(detail)).toEqual({
      step: 3,
      method: 'dpo',
      model: 'ref',
      dataset: 'pairs@1',
      name: '',
      values: { beta: 0.2 },
      sweep: { vary: [], seeds: 1 },
    });
    // another method goes on from the model that the run made, with what means the same there
    expect(continuedDraft({ ...detail, referenceModel: 'ref' }, 'online_dpo')).toMatchObject({
      step: 1,
      method: 'online_dpo',
      model: 'a',
      dataset: 'pairs@1',
      values: { beta: 0.2, ref_model: 'ref' },
    });
  });
});

describe('what a config comes to', () => {
  const dataset = { rows: 100 } as DatasetSummary;
  const plan = (values: Record<string, unknown>) =>
    planOf(
      [],
      { per_device_train_batch_size: 8, gradient_accumulation_steps: 2, num_train_epochs: 3, ...values },
      dataset,
    );

  it('is counted as the trainer counts: batches, then steps, then epochs', () => {
    expect(plan({})).toEqual({ steps: 21, rowsPerStep: 16, epochs: 3 });
    expect(plan({ max_steps: 14 })).toEqual({ steps: 14, rowsPerStep: 16, epochs: 2 });
    expect(plan({ max_steps: -1, num_train_epochs: 0.5 })).toMatchObject({ steps: 4 });
  });

  it('is unknown while a value is no number', () => {
    expect(plan({ per_device_train_batch_size: 'x' })).toBeNull();
    expect(planOf([], {}, undefined)).toBeNull();
  });
});

describe("TRL's config", () => {
  it('is YAML with its names, without ours, and 0 steps said as a strategy', () => {
    const text = trlConfig({
      method: 'dpo',
      model: 'Qwen/Qwen2-0.5B',
      dataset: 'my pairs: 2',
      loss_type: 'cdpo',
      label_smoothing: 0.1,
      learning_rate: 5e-7,
      max_length: null,
      eval_steps: 0,
      save_steps: 50,
      sample_prompts: 4,
      shuffle: true,
    });
    expect(text.split('\n')[0]).toBe('# trl dpo --config this-file.yaml');
    expect(parse(text)).toEqual({
      model_name_or_path: 'Qwen/Qwen2-0.5B',
      dataset_name: 'my pairs: 2',
      loss_type: 'sigmoid',
      label_smoothing: 0.1,
      learning_rate: 5e-7,
      max_length: null,
      eval_strategy: 'no',
      save_strategy: 'steps',
      save_steps: 50,
    });
  });

  it('quotes words that YAML would read as something else', () => {
    expect(parse(trlConfig({ method: 'sft', model: 'no', dataset: '1.5' }))).toEqual({
      model_name_or_path: 'no',
      dataset_name: '1.5',
    });
  });
});

describe('a sweep', () => {
  const fields = fieldsOf({
    properties: {
      beta: { type: 'number', exclusiveMinimum: 0, default: 0.1 },
      loss_type: { type: 'string', enum: ['sigmoid', 'ipo'], default: 'sigmoid' },
      shuffle: { type: 'boolean', default: true },
    },
  });
  const vary = [
    { key: 'beta', text: '0.1, 0.3, 0.1' },
    { key: 'loss_type', text: 'sigmoid,ipo' },
  ];

  it('counts its grid before it starts: each value once, times seeds', () => {
    expect(runCount(fields, { vary, seeds: 3 })).toBe(12);
    expect(gridWords(fields, { vary, seeds: 3 })).toBe('2 of beta × 2 of loss_type × 3 seeds');
    expect(runCount(fields, { vary: [], seeds: 1 })).toBe(1);
    expect(valuesOf(fields[2], 'on, false')).toEqual([true, false]);
  });

  it('says what is wrong with a value, and counts nothing then', () => {
    expect(varyProblem(fields, { key: 'beta', text: '0.1, -1' })).toBe('-1: Enter a number above 0.');
    expect(varyProblem(fields, { key: 'beta', text: 'ten' })).toMatch(/^ten: Enter a number/);
    expect(varyProblem(fields, { key: 'loss_type', text: 'hinge' })).toMatch(/^hinge: Choose one of/);
    expect(varyProblem(fields, { key: 'shuffle', text: 'perhaps' })).toMatch(/^perhaps: Enter on or off/);
    expect(varyProblem(fields, { key: 'beta', text: ' , ' })).toMatch(/^Type values/);
    expect(runCount(fields, { vary: [{ key: 'beta', text: '' }], seeds: 2 })).toBe(0);
  });
});

describe('the queue', () => {
  it('begins with the largest priority, then with who came first; moving one keeps the others in order', () => {
    const waits = (name: string, priority = 0) => run(name, { status: 'queued', priority });
    const queue = queueOf([waits('ccc'), waits('a'), run('bb'), waits('dddd', 2)]);
    expect(names(queue)).toEqual(['dddd', 'a', 'ccc']);
    expect(names(moved(queue, 2, 0))).toEqual(['ccc', 'dddd', 'a']);
    expect(names(moved(queue, 0, 9))).toEqual(['a', 'ccc', 'dddd']);
  });
});

describe('columns and marks', () => {
  it('show any option and any metric, and sort by them', () => {
    const options = new Map([['a', { beta: 0.3 }]]);
    expect(columnOf('option:beta', options)?.value(run('a'))).toBe(0.3);
    expect(columnOf('metric:grad_norm', options)?.value(run('a', { latest: { grad_norm: 2 } }))).toBe(2);
    expect(columnOf('gone', options)).toBeUndefined();
    const sorted = arrangeRuns(
      [run('a'), run('bb')],
      { ...view, grouping: 'none', sort: { column: 'option:beta', descending: true } },
      new Map([
        ['a', { beta: 0.1 }],
        ['bb', { beta: 0.5 }],
      ]),
    );
    expect(names(sorted)).toEqual(['bb', 'a']);
  });

  it('are found by tags and notes, and grouped by tags', () => {
    const runs = [run('a', { tags: ['june'], notes: 'bad tokenizer' }), run('bb')];
    expect(names(arrangeRuns(runs, { ...view, asked: 'tokenizer' }))).toEqual(['a']);
    expect(names(arrangeRuns(runs, { ...view, asked: 'june' }))).toEqual(['a']);
    expect([...withMarks(withMarks(new Set(), ['a', 'b'], true), ['a'], false)]).toEqual(['b']);
  });
});

describe('presets and pasted configs', () => {
  it('a preset is what its method takes, and puts back what it has no say in', () => {
    for (const method of methods.all) {
      const fields = fieldsOf(z.toJSONSchema(method.params, { io: 'input' }) as Record<string, unknown>, WIZARD_KEYS);
      for (const preset of presetsOf(method.id)) {
        const values = withPreset(fields, { learning_rate: 1, task: 'helpful', lora_r: 4 }, preset);
        expect(values).toEqual({ task: 'helpful', ...preset.values });
        expect(problemsOf(fields, values)).toEqual({});
      }
    }
    expect(presetsOf('dpo').map(({ title }) => title)).toContain('Built-in task, careful');
    expect(presetsOf('sft')).toHaveLength(1);
  });

  it('a pasted config opens the wizard at the first choice that is left', () => {
    const pasted = {
      form: 'yaml' as const,
      said: 'dpo',
      method: 'dpo',
      model: null,
      dataset: 'pairs@1',
      taken: [{ key: 'beta', value: 0.2, from: 'beta' }],
      ignored: [],
      refused: [],
    };
    expect(pastedDraft(pasted, { model: null, dataset: null }, true)).toMatchObject({
      step: 1,
      method: 'dpo',
      dataset: 'pairs@1',
      values: { beta: 0.2 },
    });
    expect(pastedDraft(pasted, { model: 'm', dataset: null }, true)).toMatchObject({ step: 3, model: 'm' });
    expect(pastedDraft({ ...pasted, dataset: null }, { model: 'm', dataset: null }, true).step).toBe(2);
  });
});
