/** Parts of a tokenizer.json that are made here: added tokens, and special tokens around a text. */

export interface AddedEntry {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** Found in the raw text, whole, before anything else. */
export const addedTokenJson = ({ id, content, special }: AddedEntry): Record<string, unknown> => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special,
});

/** Puts the tokens `before` and `after` around a text. */
export function templateJson(
  texts: readonly string[],
  before: readonly number[],
  after: readonly number[],
): Record<string, unknown> {
  const special = (type_id: number) => (id: number) => ({ SpecialToken: { id: texts[id], type_id } });
  const around = (sequence: 'A' | 'B', type_id: number) => [
    ...before.map(special(type_id)),
    { Sequence: { id: sequence, type_id } },
    ...after.map(special(type_id)),
  ];
  const used = [...new Set([...before, ...after])];
  return {
    type: 'TemplateProcessing',
    single: around('A', 0),
    pair: [...around('A', 0), ...around('B', 1)],
    special_tokens: Object.fromEntries(
      used.map((id) => [texts[id], { id: texts[id], ids: [id], tokens: [texts[id]] }]),
    ),
  };
}
