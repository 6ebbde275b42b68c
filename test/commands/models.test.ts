/** `plumb models` and the commands about one model, the built program: a model comes in whole, is found by name, leaves as a folder; bad input is named. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document, failure, plumb, shared } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-models-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bin = join(shared, 'data/models/stories260K.bin');
const tok = join(shared, 'data/models/tok512.bin');

const call = <T = Record<string, unknown>>(...words: string[]) => document<T>(...words, '--home', home);
const fails = (code: number, ...words: string[]) => failure(code, ...words, '--home', home);

function input(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content));
  return path;
}

describe.skipIf(!existsSync(bin))('a model', () => {
  const exported = join(folder, 'exported');
  beforeAll(async () => {
    expect(await call('models', 'import', bin, '--tokenizer', tok, '--name', 'stories')).toMatchObject({
      model: 'stories',
      family: 'llama',
      parameters: 260_032,
      vocabulary: 512,
      layers: 5,
      origin: 'imported',
    });
  });

  it('says by name what its file says', async () => {
    const words = ['--prompt', 'Once upon a time', '--greedy', '--max-new-tokens', '24'];
    const byName = await call<{ results: unknown[] }>('generate', '--model', 'stories', ...words);
    const byFile = await call<{ results: unknown[] }>('generate', '--model', bin, '--tokenizer', tok, ...words);
    expect(byName.results).toEqual(byFile.results);
  });

  it('leaves as a folder that comes in again, to the bit', async () => {
    const { files } = await call<{ files: string[] }>(
      'models',
      'export',
      'stories',
      '--format',
      'hf',
      '--out',
      exported,
    );
    expect(files).toEqual(
      readdirSync(exported)
        .sort()
        .map((f) => join(exported, f)),
    );
    // as in a hub's cache, where files are links, and with a pickle that must stay outside
    const linked = join(folder, 'models--me--stories', 'snapshots', 'main');
    const blobs = join(folder, 'models--me--stories', 'blobs');
    cpSync(exported, linked, { recursive: true });
    mkdirSync(blobs);
    renameSync(join(linked, 'model.safetensors'), join(blobs, 'weights'));
    symlinkSync('../../blobs/weights', join(linked, 'model.safetensors'));
    writeFileSync(join(linked, 'pytorch_model.bin'), 'PK');
    await call('models', 'import', linked, '--name', 'again');
    const inside = join(home, 'models/again');
    expect(readFileSync(join(inside, 'model.safetensors'))).toEqual(readFileSync(join(exported, 'model.safetensors')));
    expect(readdirSync(inside)).not.toContain('pytorch_model.bin');
    expect(JSON.parse(readFileSync(join(inside, 'config.json'), 'utf8'))).toMatchObject({ model_type: 'llama' });
  });

  it('is listed, shown and removed; a taken name gets a number', async () => {
    expect(await call('models', 'import', bin, '--tokenizer', tok)).toMatchObject({ model: 'stories260K' });
    expect(await call('models', 'import', bin, '--tokenizer', tok)).toMatchObject({ model: 'stories260K-2' });
    const { models } = await call<{ models: { model: string }[] }>('models');
    expect(models.map((m) => m.model)).toEqual(expect.arrayContaining(['stories', 'stories260K', 'stories260K-2']));
    expect(await call('models', 'show', 'stories260K-2')).toMatchObject({ folder: join(home, 'models/stories260K-2') });
    expect(await call('models', 'remove', 'stories260K-2')).toEqual({ removed: 'stories260K-2' });
    expect(existsSync(join(home, 'models/stories260K-2'))).toBe(false);
    expect((await fails(3, 'models', 'show', 'storys')).message).toContain('did you mean "stories"?');
  });

  it('that is damaged or unknown is refused, and nothing is left of it', async () => {
    const before = readdirSync(join(home, 'models'));
    const cut = join(folder, 'cut');
    cpSync(exported, cut, { recursive: true });
    truncateSync(join(cut, 'model.safetensors'), 500_000);
    const odd = join(folder, 'odd');
    cpSync(exported, odd, { recursive: true });
    const config = JSON.parse(readFileSync(join(exported, 'config.json'), 'utf8'));
    writeFileSync(join(odd, 'config.json'), JSON.stringify({ ...config, model_type: 'lama' }));
    const cases: [number, string[], RegExp][] = [
      [3, ['import', cut], /model\.safetensors/],
      [3, ['import', odd], /lama/],
      [3, ['import', folder], /config\.json is missing/],
      [3, ['import', join(folder, 'nowhere')], /there is no such model/],
      [3, ['import', bin], /no tokenizer; name one with --tokenizer/],
      [3, ['import', bin, '--tokenizer', bin], /token/],
      [3, ['import', bin, '--tokenizer', tok, '--name', 'stories'], /there is a model "stories" already/],
      [3, ['import', bin, '--tokenizer', tok, '--name', '../out'], /cannot be a model's name/],
      [3, ['export', 'stories', '--format', 'hf', '--out', exported], /a new or an empty folder was expected/],
      [2, ['export', 'stories', '--format', 'hg', '--out', join(folder, 'n')], /did you mean hf/],
      [3, ['export', 'storis', '--format', 'hf', '--out', join(folder, 'n')], /did you mean "stories"/],
      [2, ['imprt', bin], /did you mean "models import"/],
    ];
    for (const [code, words, message] of cases)
      expect((await fails(code, 'models', ...words)).message).toMatch(message);
    expect(readdirSync(join(home, 'models'))).toEqual(before);
    expect(existsSync(join(folder, 'n'))).toBe(false);
  });

  it('what a killed import left is removed at the next start', async () => {
    const left = join(home, 'models/.half.new-999999-0');
    cpSync(exported, left, { recursive: true });
    await call('models', 'import', bin, '--tokenizer', tok, '--name', 'after');
    expect(existsSync(left)).toBe(false);
  });
});

describe.skipIf(!existsSync(bin))('bad input of a command about a model', () => {
  const model = ['--model', bin, '--tokenizer', tok];
  const generate = ['generate', ...model, '--prompt', 'x', '--max-new-tokens', '2'];

  it.each<[string, string | Uint8Array | object, RegExp]>([
    ['cut off', '{"texts": ["hi"', /cut off: the JSON ends inside a list/],
    ['empty', '', /is empty; a JSON object was expected/],
    ['a list', '[1]', /must hold a JSON object, found \[1\]/],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x7d]), /is not UTF-8/],
    ['a key twice', '{"texts": [], "texts": []}', /has "texts" twice/],
    ['deep', `{"texts": ${'['.repeat(3000)}${']'.repeat(3000)}}`, /nested more than/],
    ['no texts', { text: [] }, /"texts" must be a list of strings, found nothing/],
    ['a number', { texts: ['a', 1] }, /entry 1 is 1/],
    ['half a character', '{"texts": ["\\ud800"]}', /half a surrogate pair/],
    ['ids that are none', { input_ids: [[1, 512]] }, /row 0, position 1: 512 is no token id of a vocabulary of 512/],
    ['ids of another shape', { input_ids: [1, 2] }, /row 0 of "input_ids" must be a list/],
    ['an empty row', { input_ids: [[]] }, /row 0 of "input_ids" is empty/],
  ])('logits: %s', async (name, content, message) => {
    const path = input(`${name}.json`, content);
    expect((await fails(3, 'logits', ...model, '--input', path)).message).toMatch(message);
  });

  it.each<[number, string[], RegExp]>([
    [3, ['logits', ...model, '--input', folder], /it is a folder/],
    [3, ['logits', ...model, '--input', join(folder, 'none.json')], /there is no such file/],
    [3, ['logits', '--model', 'storees', '--input', 'x'], /cannot be read|no model of that name/],
    [
      3,
      ['tokenize', '--tokenizer', join(folder, 'none'), '--input', input('t.json', { texts: [] })],
      /no such tokenizer/,
    ],
    [
      3,
      ['tokenize', '--tokenizer', tok, '--input', input('c.json', { conversations: ['a'] })],
      /conversation 0 must be a list/,
    ],
    [
      3,
      ['tokenize', '--tokenizer', tok, '--input', input('b.json', { texts: [], add_special_tokens: 'no' })],
      /must be true or false/,
    ],
    [2, ['tokenize', '--input', input('t.json', { texts: [] })], /give --model PATH or --tokenizer FILE/],
    [2, ['tokenize', '--tokenizer', tok, '--inptu', 'x'], /unknown option --inptu of tokenize; did you mean --input/],
    [
      3,
      [
        'generate',
        ...model,
        '--max-new-tokens',
        '2',
        '--input',
        input('g.json', { conversations: [[{ role: 'user', content: 'x' }]] }),
      ],
      /no chat template/,
    ],
    [2, [...generate, '--temperature', '0'], /--temperature must be a number above 0/],
    [2, [...generate, '--top-p', '1.1'], /--top-p must be a number at least 0 and at most 1/],
    [2, [...generate, '--seed', '1.5'], /--seed must be a whole number/],
    [2, [...generate, '--stop', ''], /--stop ""/],
    [2, [...generate, '--topk', '3'], /did you mean --top-k/],
    [2, ['generate', ...model, '--prompt', 'x', '--max-new-tokens', '1e9'], /--max-new-tokens must be a whole number/],
    [2, ['generate', ...model, '--max-new-tokens', '2'], /give --prompt TEXT or --input FILE/],
    [2, ['logprobs', ...model, '--pairs', 'x', '--max-length', '-1'], /--max-length must be a whole number/],
    [
      3,
      ['logprobs', ...model, '--pairs', input('sft.jsonl', '{"text": "once"}')],
      /pairs of a chosen and a rejected answer were expected/,
    ],
    [
      3,
      [
        'logprobs',
        ...model,
        '--pairs',
        input('cut.jsonl', '{"prompt": "a", "chosen": "b", "rejected": "c"}\n{"prompt'),
      ],
      /cut\.jsonl:2: cut off/,
    ],
  ])('exit code %d: %j', async (code, words, message) => {
    expect((await fails(code, ...words)).message).toMatch(message);
  });

  it('logprobs reads pairs of other formats, in order, and says which it drops', async () => {
    const rows = [
      { instruction: 'Say', input: 'hi', chosen: 'Hello there', rejected: 'Go away' },
      { instruction: 'Say', input: '', chosen: 'same', rejected: 'same' },
      { instruction: 'Say', input: 'hi', chosen: 'Hello there', rejected: 'Go away' },
    ];
    const { results } = await call<{ results: Record<string, unknown>[] }>(
      'logprobs',
      ...model,
      '--pairs',
      input('i.json', rows),
    );
    expect(results[1]).toEqual({ dropped: 'chosen and rejected are identical: no signal' });
    expect(results[0]).toEqual(results[2]);
    const plain = [{ prompt: 'Say\nhi\n', chosen: 'Hello there', rejected: 'Go away' }];
    const same = await call<{ results: unknown[] }>(
      'logprobs',
      ...model,
      '--pairs',
      input('p.jsonl', JSON.stringify(plain[0])),
    );
    expect(same.results[0]).toEqual(results[0]);
  });

  it('nothing in, nothing out', async () => {
    for (const command of ['logits', 'tokenize'])
      expect(await call(command, ...model, '--input', input('none.json', { texts: [] }))).toEqual({ results: [] });
    const none = input('none.json', { texts: [] });
    expect(await call('generate', ...model, '--input', none, '--max-new-tokens', '2')).toMatchObject({ results: [] });
  });
});

describe('the program itself', () => {
  it.each<[string[], string]>([
    [['improt'], 'unknown command "improt"; did you mean "import"?'],
    [['help', 'improt'], 'unknown command "improt"; did you mean "import"?'],
    [['datasets', '--json'], "option '--json <file>' argument missing"],
    [['datasets', '--json', '/nowhere/out.json'], 'there is no folder /nowhere'],
    [['datasets', '--json', folder], 'is a folder'],
  ])('%j is wrong usage', async (words, message) => {
    const { code, error } = await plumb(...words);
    expect(error).toContain(message);
    expect(code).toBe(2);
  });

  it('a workspace that is a file, and a database that is none, are bad input', async () => {
    const path = input('file', 'x');
    expect((await failure(3, 'models', 'import', folder, '--home', path)).message).toContain('cannot be the workspace');
    const broken = mkdtempSync(join(folder, 'broken-'));
    writeFileSync(
      join(broken, 'plumbline.db'),
      'not a database at all, but long enough to be looked at as one'.repeat(50),
    );
    expect((await failure(3, 'datasets', '--home', broken)).message).toContain('plumbline.db');
  });

  it('global options stand before or after the command, and the last one counts', async () => {
    const { code, out } = await plumb('--json', '/nowhere/x', 'datasets', '--json', '-', '--home', home);
    expect([code, Object.keys(JSON.parse(out))]).toEqual([0, ['datasets']]);
    expect((await plumb('--home', home, '--json=-', 'datasets', 'list')).out).toMatch(/^\{"datasets":/);
  });
});
