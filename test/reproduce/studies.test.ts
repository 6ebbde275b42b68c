/** Every study in a tiny setting, end to end with its own training, and what must hold whatever the numbers: same seed same numbers, a kill loses nothing finished. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allCells, type CellTask, cellName, doCell, readResults } from '../../src/main/reproduce/cell.ts';
import { cellKinds } from '../../src/main/reproduce/kinds/index.ts';
import type { CellRunner } from '../../src/main/reproduce/run-cells.ts';
import { runStudies } from '../../src/main/reproduce/run-studies.ts';
import { studies } from '../../src/main/reproduce/studies/index.ts';

const EVALUATION = { prompts: 10 };

/** Small enough for a test, large enough that every part runs. */
const TINY: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  oaif: {
    ...EVALUATION,
    tasks: ['helpful'],
    steps: 2,
    batch: 4,
    fixed_pairs: 4,
    reward_steps: 2,
    held_out_pairs: 4,
    ppo_steps: 1,
    ppo_batch: 4,
  },
  frontier: {
    ...EVALUATION,
    steps: 2,
    batch: 4,
    betas: [0.1],
    targets: [1],
    reward_steps: 2,
    held_out_pairs: 4,
    ppo_steps: 1,
    ppo_batch: 4,
  },
  overoptimisation: {
    ...EVALUATION,
    pairs: 8,
    reward_steps: 2,
    held_out_pairs: 4,
    batch: 4,
    rl_steps: 4,
    rl_batch: 4,
    every: 1,
    samples: 4,
  },
  ood: { ...EVALUATION, pairs: 8, batch: 4, offline_steps: 3, online_steps: 4, followed: 3 },
  'length-bias': { ...EVALUATION, pairs: 8, reward_steps: 2, held_out_pairs: 4, batch: 4, ppo_steps: 1, ppo_batch: 4 },
  lab: { methods: ['dpo'], fixed_prompts: 2, steps: 2, many_prompts: 3, held_out: 2, held_out_steps: 2 },
  razin: { dpo_steps: 4, online_steps: 2, sft_steps: 6, every: 2 },
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-studies-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Does cells in this process; `stopAfter` cells are done, then the next one is left in the middle, as a kill would. */
function here(stopAfter = Number.POSITIVE_INFINITY): CellRunner & { readonly done: string[] } {
  const controller = new AbortController();
  const done: string[] = [];
  return {
    done,
    workers: 1,
    signal: controller.signal,
    async run(task: CellTask) {
      if (done.length === stopAfter) setTimeout(() => controller.abort(new Error('killed')));
      await doCell(cellKinds.get(task.kind), task, {
        threads: 1,
        signal: controller.signal,
        onProgress: () => undefined,
      });
      done.push(task.name);
    },
  };
}

const request = (id: string) => ({ study: studies.get(id), settings: TINY[id] });
/** Everything but how long it took. */
const numbers = ({ cpu_seconds: _seconds, ...rest }: { cpu_seconds: number }) => rest;

describe('studies', () => {
  it.each(studies.all.map(({ id }) => id))(
    '%s runs end to end, and what is finished is not done again',
    async (id) => {
      const out = join(folder, id);
      const first = here();
      const [document] = await runStudies([request(id)], [1], out, first);
      const planned = allCells(studies.get(id).plan(TINY[id], [1]));
      expect(new Set(first.done)).toEqual(new Set(planned.keys()));
      expect(JSON.parse(readFileSync(join(out, `${id}.json`), 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
      const text = readFileSync(join(out, `${id}.md`), 'utf8');
      expect(text).not.toContain('NaN');
      for (const [, chart] of text.matchAll(/\]\((.*\.svg)\)/g)) expect(existsSync(join(out, chart)), chart).toBe(true);
      const second = here();
      const [again] = await runStudies([request(id)], [1], out, second);
      expect(second.done).toEqual([]);
      expect(again).toEqual(document);
    },
    240_000,
  );

  it('a kill in the middle of a cell loses that cell alone, and the end is the same bit for bit', async () => {
    const out = join(folder, 'killed');
    const killed = here(3);
    await expect(runStudies([request('ood')], [1], out, killed)).rejects.toThrow(/killed|abort/i);
    expect(killed.done).toHaveLength(3);
    const rest = here();
    const [document] = await runStudies([request('ood')], [1], out, rest);
    expect(rest.done.filter((name) => killed.done.includes(name))).toEqual([]);
    const whole = JSON.parse(readFileSync(join(folder, 'ood', 'ood.json'), 'utf8'));
    expect(numbers(JSON.parse(JSON.stringify(document)))).toEqual(numbers(whole));
    const weights = (root: string) =>
      [...allCells(studies.get('ood').plan(TINY.ood, [1])).keys()]
        .filter((name) => name.startsWith('train-'))
        .map((name) => readFileSync(join(root, 'cells', name, 'model', 'model.safetensors')).toString('base64'));
    expect(weights(out)).toEqual(weights(join(folder, 'ood')));
  }, 240_000);

  it('keeps apart what was done with other settings or seeds, and shares what is equal', () => {
    const names = (settings: object, seeds: readonly number[]) => [
      ...allCells(studies.get('ood').plan({ ...TINY.ood, ...settings }, seeds)).keys(),
    ];
    expect(names({}, [1])).toEqual(names({}, [1]));
    expect(names({}, [1, 2])).toEqual(expect.arrayContaining(names({}, [1])));
    expect(names({}, [2]).filter((name) => names({}, [1]).includes(name))).toEqual([]);
    // another β: the pairs stay, everything that was trained on them does not
    const shared = names({ beta: 0.2 }, [1]).filter((name) => names({}, [1]).includes(name));
    expect(shared).toHaveLength(1);
    expect(shared[0]).toMatch(/^pairs-/);
  });

  it('refuses a folder that another program works in, and takes over that of a dead one', async () => {
    const out = join(folder, 'razin');
    const mark = join(out, 'cells', 'in-use');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(mark, '1');
    await expect(runStudies([request('razin')], [1], out, here())).rejects.toThrow('in use by process 1');
    writeFileSync(mark, '999999999');
    await runStudies([request('razin')], [1], out, here());
    expect(readdirSync(join(out, 'cells'))).not.toContain('in-use');
  });
});

describe('a cell', () => {
  it('leaves no result when it fails, names what it cannot find, and is done from its start the next time', async () => {
    const [pairs] = allCells(studies.get('ood').plan(TINY.ood, [1])).values();
    const cells = join(folder, 'failing');
    const how = { threads: 1, signal: new AbortController().signal, onProgress: () => undefined };
    const task = {
      kind: pairs.kind.id,
      label: 'two of them',
      spec: pairs.spec,
      needs: {},
      cells,
      name: cellName(pairs),
    };
    const unknown = { ...task, spec: { ...(pairs.spec as object), model: '@policy/model' } };
    await expect(doCell(pairs.kind, unknown, how)).rejects.toThrow(
      'two of them: "@policy/model" names no cell it needs',
    );
    expect(existsSync(join(cells, task.name, 'result.json'))).toBe(false);
    await doCell(pairs.kind, task, how);
    expect(readResults(cells).of(pairs)).toMatchObject({ pairs: 8 });
    const lines = readFileSync(join(cells, task.name, 'pairs.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(lines).toHaveLength(8);
  });
});
