/** What transformers.js reads of a tokenizer otherwise than tokenizers does, written so that both read the same. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { ExportError } from './export-format.ts';

type Json = Readonly<Record<string, unknown>>;

const SPACE_MARK = '\u2581';

/** Changes the files of a written folder. Throws ExportError for a tokenizer that transformers.js would read into other ids. */
export function adaptTokenizer(folder: string, tokenizer: Tokenizer | null, name: string): void {
  edit(join(folder, 'tokenizer.json'), (json) => cutAtMarks(json, name));
  const template = tokenizer?.chatTemplate ?? null;
  // it looks for the chat template there
  if (template !== null) edit(join(folder, 'tokenizer_config.json'), (json) => ({ ...json, chat_template: template }));
}

function edit(path: string, change: (json: Json) => Json): void {
  const json = JSON.parse(readFileSync(path, 'utf8')) as Json;
  const changed = change(json);
  if (changed !== json) writeFileSync(path, `${JSON.stringify(changed, null, 2)}\n`);
}

/** transformers.js's Metaspace marks spaces and does not cut there: words that are tokens as a whole would all be unknown. */
function cutAtMarks(json: Json, name: string): Json {
  const [model, cutter] = [json.model, json.pre_tokenizer] as (Json | null)[];
  if (model?.type !== 'WordLevel' || cutter?.type !== 'Metaspace') return json;
  const scheme = cutter.prepend_scheme ?? (cutter.add_prefix_space === false ? 'never' : 'always');
  if (
    scheme !== 'never' ||
    cutter.split === false ||
    (cutter.replacement ?? SPACE_MARK) !== SPACE_MARK ||
    json.normalizer
  )
    throw new ExportError(
      `${name}: transformers.js would cut texts otherwise than its tokenizer does: ${JSON.stringify(cutter)} before words`,
    );
  return {
    ...json,
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: SPACE_MARK },
    pre_tokenizer: {
      type: 'Split',
      pattern: { Regex: `${SPACE_MARK}[^${SPACE_MARK}]*|[^${SPACE_MARK}]+` },
      behavior: 'Isolated',
      invert: true,
    },
  };
}
