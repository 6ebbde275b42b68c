/** A method's JSON Schema as a form, on the schemas that the methods really have. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { methods } from '../../../src/main/train/methods/index.ts';
import {
  changedValues,
  fieldsOf,
  groupFields,
  problemOf,
  problemsOf,
} from '../../../src/renderer/components/params.ts';

const schemaOf = (id: string) => z.toJSONSchema(methods.get(id).params, { io: 'input' }) as Record<string, unknown>;
const fields = fieldsOf(schemaOf('dpo'), ['method', 'model', 'dataset']);
const field = (key: string) => {
  const found = fields.find((each) => each.key === key);
  if (!found) throw new Error(`no field ${key}`);
  return found;
};

describe('fields', () => {
  it('are made for every option of every method, each with a title, a group and a control', () => {
    for (const { id } of methods.all)
      for (const each of fieldsOf(schemaOf(id))) {
        expect(each.title, `${id}.${each.key}`).not.toBe('');
        expect(each.group, `${id}.${each.key}`).not.toBe('');
        expect(each.description, `${id}.${each.key}`).not.toBe('');
      }
  });

  it('take control, bounds and default from the schema', () => {
    expect(field('beta')).toMatchObject({
      kind: 'number',
      minimum: 0,
      open: { low: true },
      fallback: 0.1,
      common: true,
    });
    expect(field('loss_type')).toMatchObject({ kind: 'choice', fallback: 'sigmoid' });
    expect(field('loss_type').choices).toContain('cdpo');
    expect(field('shuffle')).toMatchObject({ kind: 'switch', fallback: true });
    expect(field('max_steps')).toMatchObject({ kind: 'integer', unit: 'steps', minimum: null });
  });

  it('leave out what other steps set, and stand in groups', () => {
    expect(fields.map(({ key }) => key)).not.toContain('model');
    expect(
      groupFields(fields)
        .map(({ title }) => title)
        .slice(0, 2),
    ).toEqual(['Objective', 'Training']);
  });
});

describe('problems', () => {
  it.each([
    ['beta', 0, 'Enter a number above 0.'],
    ['beta', 'much', 'Enter a number, such as 0.1 or 5e-7.'],
    ['label_smoothing', 0.5, 'Enter a number below 0.5.'],
    ['per_device_train_batch_size', 1.5, 'Enter a whole number, such as 2.'],
    ['per_device_train_batch_size', 0, 'Enter a number from 1.'],
    ['lr_scheduler_kwargs', '{broken', 'Enter JSON, such as {"name": 1}.'],
  ])('%s = %s: %s', (key, value, text) => {
    expect(problemOf(field(key), value)?.text).toBe(text);
  });

  it('offer the bound as a fix where it may be taken', () => {
    expect(problemOf(field('per_device_train_batch_size'), 0)?.fixes).toEqual([
      { label: '1', key: 'per_device_train_batch_size', value: 1 },
    ]);
    expect(problemOf(field('beta'), -1)?.fixes).toEqual([]);
  });

  it('are none for the defaults', () => {
    for (const { id } of methods.all)
      expect(problemsOf(fieldsOf(schemaOf(id), ['method', 'model', 'dataset', 'reward_model']), {}), id).toEqual({});
  });

  it('name an option that the chosen loss has no use for, and the ways out', () => {
    const { label_smoothing: problem } = problemsOf(fields, { label_smoothing: 0.1 });
    expect(problem.text).toContain('sigmoid does not use label_smoothing');
    expect(problem.fixes).toContainEqual({ label: 'cdpo', key: 'loss_type', value: 'cdpo' });
    expect(problem.fixes).toContainEqual({ label: '0', key: 'label_smoothing', value: 0 });
    expect(problemsOf(fields, { label_smoothing: 0.1, loss_type: 'cdpo' })).toEqual({});
    expect(problemsOf(fields, { label_smoothing: 0.1, loss_type: ['sigmoid', 'cdpo'] })).toEqual({});
  });
});

describe('what is sent', () => {
  it('is what differs from the defaults', () => {
    expect(changedValues(fields, { beta: 0.1, max_steps: 50, ref_model: '' })).toEqual({ max_steps: 50 });
  });
});
