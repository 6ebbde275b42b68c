/** Dropout in config.json changes no training here, and a run that meets it says so by name. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dropoutsOf } from '../../src/main/train/dropout.ts';
import { curveOf, makeToy } from './toy.ts';

const toy = makeToy();
afterAll(() => rmSync(toy.folder, { recursive: true, force: true }));

describe('dropout of a config.json', () => {
  it("is found under every family's name, above 0 only", () => {
    const raw = {
      attention_dropout: 0.1,
      attn_pdrop: 0.2,
      resid_pdrop: 0,
      hidden_dropout: 0.3,
      classifier_dropout: null,
      summary_first_dropout: 0.1,
      dropout: 0.4,
      dropout_note: 1,
    };
    expect(dropoutsOf(raw)).toEqual(['attention_dropout 0.1', 'attn_pdrop 0.2', 'hidden_dropout 0.3', 'dropout 0.4']);
  });

  it('is named when a run meets it, and changes no number', async () => {
    const plain = curveOf(await toy.train({}));
    const path = join(toy.folder, 'model', 'config.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), attention_dropout: 0.25 }));
    const said: string[] = [];
    const dropped = await toy.train({}, { onEvent: (e) => e.type === 'log' && said.push(`${e.level}: ${e.text}`) });
    expect(curveOf(dropped)).toEqual(plain);
    expect(said.filter((text) => text.includes('attention_dropout 0.25'))).toEqual([
      expect.stringMatching(/^warning: config\.json asks for attention_dropout 0\.25: dropout is off/),
    ]);
  });
});
