/** The namespace `models` on a real host with the program's own job process: a model comes in, is looked at, linted, exported and removed. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGguf } from '../../src/main/data/checkpoints/gguf/read.ts';
import { getModelByName, type ModelRow } from '../../src/main/data/store/models.ts';
import { insertRun, updateRun } from '../../src/main/data/store/runs.ts';
import { registerModel } from '../../src/main/host/model-registry.ts';
import { createRemovedModels } from '../../src/main/host/removed-models.ts';
import type {
  DatasetSummary,
  ExportedModel,
  ImportReport,
  LintReport,
  ModelDetail,
  ModelSummary,
  TemplatePreview,
  WorkProgress,
} from '../../src/preload/contract/index.ts';
import { openTestHost, REAL_WORKER, type TestHost } from './open-test-host.ts';

const golden = fileURLToPath(new URL('../golden/models/llama/', import.meta.url));
let test: TestHost;
beforeAll(() => {
  test = openTestHost({ worker: REAL_WORKER });
});
afterAll(() => test.close());

const call = <T>(name: string, input: unknown = {}) => test.connection.call(name, input) as Promise<T>;
const list = () => call<ModelSummary[]>('models.list');
const named = async (name: string) => (await list()).find((model) => model.name === name) as ModelSummary;

function open<T>(name: string, input: unknown) {
  const events: WorkProgress[] = [];
  const handle = test.connection.stream(name, input, (event) => events.push(event as WorkProgress));
  return { events, close: handle.close, done: handle.done as Promise<T> };
}

/** The golden llama as a folder of the user's, with a card. */
function ownFolder(name: string): string {
  const folder = join(test.workspace.home, 'elsewhere', name);
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(golden)) if (file !== 'expected.json') cpSync(join(golden, file), join(folder, file));
  writeFileSync(join(folder, 'README.md'), '---\nlicense: apache-2.0\n---\n# A model\n');
  return folder;
}

const importFolder = (name: string) => {
  const { fileId } = test.host.files.add(ownFolder(name));
  return open<ModelSummary>('models.import', { source: { fileId }, name });
};

describe('in', () => {
  it('a folder is copied by a process of its own, with progress, and has its licence and size', async () => {
    const work = importFolder('llama');
    const model = await work.done;
    expect(model).toMatchObject({ name: 'llama', kind: 'base', family: 'llama', licence: 'apache-2.0', usedBy: 0 });
    expect(work.events[0]).toEqual({ stage: 'starting', done: 0, total: 0 });
    const last = work.events.at(-1);
    expect(last).toMatchObject({ stage: 'writing', done: last?.total });
    const bytes = readdirSync(join(test.workspace.models, 'llama')).reduce(
      (sum, file) => sum + readFileSync(join(test.workspace.models, 'llama', file)).length,
      0,
    );
    expect(model.diskBytes).toBe(bytes);
  });

  it('a wrong folder is refused by its own name, and nothing is left', async () => {
    const folder = join(test.workspace.home, 'elsewhere', 'no-model');
    mkdirSync(folder, { recursive: true });
    const { fileId } = test.host.files.add(folder);
    const error = await open('models.import', { source: { fileId } }).done.catch((e: Error) => e);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^no-model: not a model folder: config\.json is missing/),
    });
    expect(readdirSync(test.workspace.models)).toEqual(['llama']);
  });

  it('stopped in the middle, nothing is left', async () => {
    const work = importFolder('stopped');
    await expect.poll(() => readdirSync(test.workspace.models).some((name) => name.startsWith('.stopped'))).toBe(true);
    work.close();
    await expect.poll(() => readdirSync(test.workspace.models), { timeout: 10_000 }).toEqual(['llama']);
    expect(await named('stopped')).toBeUndefined();
  });

  it('files that are uploaded one by one make a folder; names that lead elsewhere are refused', async () => {
    const { fileId } = await call<{ fileId: string }>('files.folder', { name: 'uploaded' });
    for (const file of ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
      if (existsSync(join(golden, file))) cpSync(join(golden, file), test.host.files.pathIn(fileId, file));
    expect(() => test.host.files.pathIn(fileId, '../x')).toThrow(/cannot be put into the folder/);
    expect(() => test.host.files.pathIn(fileId, 'config.json')).toThrow(/cannot be put into the folder/);
    const own = test.host.files.add(join(test.workspace.home, 'elsewhere'));
    expect(() => test.host.files.pathIn(own.fileId, 'x.json')).toThrow(/does not take uploads/);
    expect(await open<ModelSummary>('models.import', { source: { fileId } }).done).toMatchObject({ name: 'uploaded' });
  });
});

describe('a page', () => {
  it('has facts of config and tokenizer, and says what a removal frees', async () => {
    const model = await named('llama');
    const detail = await call<ModelDetail>('models.get', { id: model.id });
    expect(detail).toMatchObject({ problem: null, keptBecause: null, frees: model.diskBytes });
    expect(Object.fromEntries(detail.config).Family).toMatch(/^llama, \d+ layers × \d+$/);
    expect(detail.exports.map(({ format }) => format)).toEqual(['hf', 'onnx', 'gguf']);
    const reference = await named('helpful-reference');
    expect(reference).toMatchObject({ kind: 'base', licence: 'mit', origin: 'built-in' });
    expect(await call('models.get', { id: reference.id })).toMatchObject({
      keptBecause: expect.stringMatching(/stays/),
    });
  });

  it('shows the exact tokens of a conversation, the trained ones marked', async () => {
    const { id } = await named('helpful-reference');
    const messages = [
      { role: 'user', content: 'what does the cat eat ?' },
      { role: 'assistant', content: ' the cat eats fish .' },
    ];
    const preview = await call<TemplatePreview>('models.preview', { id, messages });
    const detail = await call<ModelDetail>('models.get', { id });
    expect(preview.problem).toBeNull();
    expect(preview.tokens.map(({ text }) => text).join('')).toBe(preview.text);
    const scored = preview.tokens.filter((token) => token.scored);
    expect(scored.length).toBeGreaterThan(2);
    expect(scored.at(-1)?.id).toBe(detail.tokenizer?.ends[0].id);
    expect(preview.checks.find(({ rule }) => rule === 'missing_eos')?.message).toBeNull();
    expect(preview.checks.map(({ rule }) => rule)).not.toContain('identical_answers');
    const cut = await call<TemplatePreview>('models.preview', { id, messages, maxLength: 9 });
    expect(cut.checks.find(({ rule }) => rule === 'truncated')?.message).toMatch(/cut from its end \(max_length 9\)/);
  });
});

describe('lint', () => {
  it('counts the faults of every pair, and shows the first of them', async () => {
    const lines = Array.from({ length: 150 }, (_, i) =>
      JSON.stringify({ prompt: `Question ${i}?`, chosen: ` yes, ${'so '.repeat(i)}`, rejected: ' no' }),
    );
    const file = join(test.workspace.home, 'pairs.jsonl');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const { fileId } = test.host.files.add(file);
    const report = await open<ImportReport>('datasets.import', { fileId, name: 'pairs' }).done;
    const { id } = await named('llama');
    const work = open<LintReport>('models.lint', { id, versionId: report.versionId, maxLength: 40 });
    const found = await work.done;
    expect(found.pairs).toBe(150);
    const cut = found.rules.find(({ id: rule }) => rule === 'truncated');
    expect(cut?.pairs).toBeGreaterThan(100);
    expect(cut?.pairs).toBe(150 - found.clean);
    expect(found.examples).toHaveLength(10);
    expect(found.examples[0]).toMatchObject({ index: Number(cut?.first) - 1, findings: [{ rule: 'truncated' }] });
    expect(found.examples[0].tokens?.chosen).toHaveLength(40);
    expect(found.rules.find(({ id: rule }) => rule === 'identical_answers')).toMatchObject({ pairs: 0, first: null });
    expect(work.events.at(-1)).toEqual({ done: 150, total: 150 });
    expect(await call<DatasetSummary[]>('datasets.list')).toHaveLength(1);
  });

  it('renders each row with its own tools and template variables, as training does', async () => {
    const folder = ownFolder('tooled');
    const template =
      "{% if (tools|tojson) != '[{\"max\": 1.0}]' or k is not float %}{{ raise_exception('no tools') }}{% endif %}" +
      '{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}';
    writeFileSync(join(folder, 'chat_template.jinja'), template);
    await open('models.import', { source: { fileId: test.host.files.add(folder).fileId }, name: 'tooled' }).done;
    const row = (more: string) =>
      `{"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "b"}], "rejected": [{"role": "assistant", "content": "c"}]${more}}\n`;
    const file = join(test.workspace.home, 'tools.jsonl');
    writeFileSync(file, row(', "tools": [{"max": 1.0}], "chat_template_kwargs": {"k": 2.0}') + row(''));
    const { fileId } = test.host.files.add(file);
    const { versionId } = await open<ImportReport>('datasets.import', { fileId, name: 'tools' }).done;
    const { id } = await named('tooled');
    const { rules } = await open<LintReport>('models.lint', { id, versionId, maxLength: null }).done;
    expect(rules.find(({ id: rule }) => rule === 'template_refuses')).toMatchObject({ pairs: 1 });
    await call('models.remove', { id });
  });
});

describe('out', () => {
  it('as GGUF that is read back, into a folder of its own within the workspace', async () => {
    const { id } = await named('llama');
    const out = await open<ExportedModel>('models.export', { id, format: 'gguf', type: 'f16' }).done;
    expect(out.folder).toMatch(/exports[/\\]llama-gguf-f16$/);
    expect(out.files.map(({ name }) => name)).toEqual(['README.md', 'llama-F16.gguf']);
    const path = join(test.workspace.home, 'exports/llama-gguf-f16/llama-F16.gguf');
    expect(readGguf(path).config).toMatchObject({ model_type: 'llama' });
    const again = await open<ExportedModel>('models.export', { id, format: 'gguf', type: 'f16' }).done;
    expect(again.folder).toMatch(/llama-gguf-f16-2$/);
  });

  it('what a format cannot hold is said, and nothing is left', async () => {
    const { id } = await named('llama');
    await expect(open('models.export', { id, format: 'peft' }).done).rejects.toMatchObject({
      code: 'cannot_export',
      message: expect.stringMatching(/^llama has no adapter/),
    });
    expect(readdirSync(join(test.workspace.home, 'exports'))).toEqual(['llama-gguf-f16', 'llama-gguf-f16-2']);
  });
});

describe('removal', () => {
  it('is refused while an unfinished run needs the model, and names it', async () => {
    const model = await named('uploaded');
    insertRun(test.host.store, {
      id: 'run',
      name: 'needs-it',
      method: 'dpo',
      config: { model: 'other', ref_model: 'uploaded' },
      model: 'other',
      referenceModel: 'uploaded',
      dataset: null,
      group: null,
      maxSteps: 1,
      createdAt: new Date().toISOString(),
      outputDir: join(test.workspace.runs, 'needs-it'),
    });
    await expect(call('models.remove', { id: model.id })).rejects.toMatchObject({
      code: 'in_use',
      message: 'uploaded stays: needs-it is not finished and needs it. Stop it first.',
    });
    updateRun(test.host.store, 'run', { status: 'finished' });
    expect((await named('uploaded')).usedBy).toBe(1);
    expect(await call<ModelDetail>('models.get', { id: model.id })).toMatchObject({
      keptBecause: null,
      dependents: { runs: [{ name: 'needs-it', status: 'finished' }] },
    });
    expect(await call('models.remove', { id: model.id })).toEqual({ ok: true });
    expect(existsSync(join(test.workspace.models, 'uploaded'))).toBe(false);
  });

  it('is refused while an adapter needs the weights; the adapter has its own size, rank and lineage', async () => {
    const adapter = join(test.workspace.runs, 'an-adapter');
    cpSync(join(golden, '../llama-lora'), adapter, { recursive: true });
    const config = JSON.parse(readFileSync(join(adapter, 'adapter_config.json'), 'utf8'));
    const base = join(test.workspace.models, 'llama');
    writeFileSync(join(adapter, 'adapter_config.json'), JSON.stringify({ ...config, base_model_name_or_path: base }));
    const made = { name: 'an-adapter', origin: 'imported', runId: null, parent: 'llama' };
    registerModel(test.host.store, test.workspace, adapter, made);
    const model = await named('an-adapter');
    expect(model).toMatchObject({
      kind: 'policy',
      adapter: { rank: config.r },
      licence: 'apache-2.0',
      parent: 'llama',
    });
    expect(model.adapter?.parameters).toBeLessThan(model.parameters);
    const detail = await call<ModelDetail>('models.get', { id: model.id });
    expect(detail.exports.map(({ format }) => format)).toEqual(['hf', 'peft', 'onnx', 'gguf']);
    // its files are a run's
    expect(detail.frees).toBe(0);
    await expect(call('models.remove', { id: (await named('llama')).id })).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringMatching(/^llama stays: an-adapter is an adapter of it/),
    });
    const alone = await open<ExportedModel>('models.export', { id: model.id, format: 'peft' }).done;
    expect(alone.files.map(({ name }) => name)).toContain('adapter_model.safetensors');
    const whole = await open<ExportedModel>('models.export', { id: model.id, format: 'hf' }).done;
    expect(whole.files.map(({ name }) => name)).toContain('model.safetensors');
    await call('models.remove', { id: model.id });
    await call('models.remove', { id: (await named('llama')).id });
    expect(readdirSync(test.workspace.models).filter((name) => !name.startsWith('.'))).toEqual([]);
    expect(existsSync(adapter)).toBe(true);
  });

  it('can be taken back for some seconds, whole; then the files are gone', async () => {
    const model = await importFolder('back-again').done;
    const folder = join(test.workspace.models, 'back-again');
    const files = readdirSync(folder);
    await call('models.remove', { id: model.id });
    expect([existsSync(folder), await named('back-again')]).toEqual([false, undefined]);
    expect(await call('models.restore', { id: model.id })).toEqual({ ok: true });
    expect(readdirSync(folder)).toEqual(files);
    expect(await named('back-again')).toEqual(model);
    await expect(call('models.restore', { id: model.id })).rejects.toMatchObject({ code: 'not_found' });

    const row = getModelByName(test.host.store, 'back-again') as ModelRow;
    const soon = createRemovedModels(test.host.store, test.workspace, 20);
    soon.remove(row);
    const hidden = () => readdirSync(test.workspace.models).filter((name) => name.startsWith('.back-again'));
    expect(hidden()).toHaveLength(1);
    await expect.poll(hidden).toEqual([]);
    expect(() => soon.restore(row.id)).toThrow(/too late/);
  });
});
