/** What the files beside tokenizer.json say, against transformers' AutoTokenizer on the same folders. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../../src/main/data/tokenizers/index.ts';
import type { Tokenizer } from '../../../src/main/data/tokenizers/tokenizer.ts';

interface Case {
  readonly name: string;
  /** Keys of tokenizer.json that take the place of the base file's. */
  readonly change: Record<string, unknown>;
  readonly files: Record<string, unknown>;
  readonly size: number;
  readonly named: { bos: number | null; eos: number | null; pad: number | null };
  readonly ids: number[][];
  readonly kept: string[];
  readonly chat: string | null;
  readonly chatWithTools: string | null;
}

const golden = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../golden/tokenizers/${name}.json`, import.meta.url), 'utf8'));
const base = golden('byte-bpe');
const { texts, cases }: { texts: string[]; cases: Case[] } = golden('beside');
const root = mkdtempSync(join(tmpdir(), 'plumb-beside-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(folder: string, files: Record<string, unknown>): string {
  for (const [name, value] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  }
  return folder;
}

const tools = [{ type: 'function', function: { name: 'f', description: 'd', parameters: {} } }];

function chat(tokenizer: Tokenizer, withTools: boolean): string | null {
  try {
    return tokenizer.renderChat([{ role: 'user', content: 'hi' }], {
      addGenerationPrompt: false,
      ...(withTools ? { tools } : {}),
    });
  } catch {
    // no template, or none to choose
    return null;
  }
}

const seen = (tokenizer: Tokenizer) => ({
  size: tokenizer.vocabularySize,
  named: { bos: tokenizer.bosId, eos: tokenizer.eosId, pad: tokenizer.padId },
  ids: texts.map((text) => tokenizer.encode(text).ids),
  kept: texts.map((text) => tokenizer.decode(tokenizer.encode(text).ids, { skipSpecialTokens: true })),
  chat: chat(tokenizer, false),
  chatWithTools: chat(tokenizer, true),
});

describe.each(cases)('$name', ({ name: _, change, files, ...wanted }) => {
  const folder = write(mkdtempSync(join(root, 'read-')), { 'tokenizer.json': { ...base, ...change }, ...files });
  const tokenizer = loadTokenizer(folder);

  it('is read as transformers reads it', () => {
    expect(seen(tokenizer)).toEqual(wanted);
  });

  it('is the same after saving', () => {
    expect(seen(loadTokenizer(write(mkdtempSync(join(root, 'saved-')), tokenizer.files())))).toEqual(wanted);
  });
});

it('says which templates there are when none is the default', () => {
  const files = {
    'tokenizer.json': base,
    'tokenizer_config.json': { chat_template: [{ name: 'rag', template: 'R' }] },
  };
  const tokenizer = loadTokenizer(write(mkdtempSync(join(root, 'rag-')), files));
  expect(() => tokenizer.renderChat([], { addGenerationPrompt: false })).toThrow(
    /its chat templates are named rag, none of them "default"; give one/,
  );
});
