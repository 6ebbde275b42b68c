/** `plumb tokenize` on conversations, the built program: tools, documents and variables reach the chat template with Python's numbers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { document, failure } from './plumb.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-tokenize-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tokenizer = fileURLToPath(new URL('../golden/tokenizers/byte-bpe.json', import.meta.url));

const chat_template =
  '{{ bos_token }}{% for t in tools %}{{ t|tojson }}\n{% endfor %}{% for d in documents %}{{ d.title }}:{{ d.score }}\n{% endfor %}' +
  '{% for m in messages %}{{ m.role }}:{{ m.content }}{% for c in m.tool_calls %}{{ c.arguments }}{% endfor %}|{% endfor %}{{ limit }} {{ thinking }}';
const conversation =
  '[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "", "tool_calls": [{"arguments": {"x": 3.0}}]}]';

function input(name: string, rest: string): string {
  const path = join(folder, name);
  const head = `{"conversations": [${conversation}], "chat_template": ${JSON.stringify(chat_template)}`;
  writeFileSync(path, `${head}, ${rest}}`);
  return path;
}

it('keeps floats and the order of keys of tools, documents, calls and variables', async () => {
  const path = input(
    'tools.json',
    '"bos_token": "<s>", "tools": [{"enum": [1.0, 0.5, 1e-07, 12345678901234567890], "2": null, "1": true}], ' +
      '"documents": [{"title": "T", "score": 1.0}], "chat_template_kwargs": {"limit": 2.0, "thinking": false}',
  );
  const { results } = await document<{ results: { text: string }[] }>(
    'tokenize',
    '--tokenizer',
    tokenizer,
    '--input',
    path,
  );
  expect(results[0].text).toBe(
    '<s>{"enum": [1.0, 0.5, 1e-07, 12345678901234567890], "2": null, "1": true}\nT:1.0\n' +
      "user:Hi|assistant:{'x': 3.0}|2.0 False",
  );
});

it.each([
  ['"tools": {"a": 1}', /"tools" must be a list of objects, found/],
  ['"documents": ["x"]', /"documents" must be a list of objects, found/],
  ['"chat_template_kwargs": [1]', /"chat_template_kwargs" must be an object of template variables, found/],
])('refuses %s', async (rest, message) => {
  const path = input('wrong.json', rest);
  expect((await failure(3, 'tokenize', '--tokenizer', tokenizer, '--input', path)).message).toMatch(message);
});
