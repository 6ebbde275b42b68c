/** Facts of a model as lines of term and value. */
import { bytes, counted, dateTime, parameters, whole } from '../../../charts/numbers.ts';
import type { ModelDetail } from '../../../preload/contract/index.ts';
import { originOf, parametersOf } from './model-words.ts';

type Line = readonly [string, string];

/** Numbers of the config with their thousands apart. */
const spaced = ([term, value]: readonly [string, string]): Line => [
  term,
  value.replace(/\b\d{4,}\b/g, (digits) => whole(Number(digits))),
];

export function factsOf({ model, config, tokenizer, dependents }: ModelDetail): Line[] {
  const token = (named: { readonly id: number; readonly token: string }) => `${named.token} (${named.id})`;
  const adapter: Line[] = model.adapter
    ? [['Adapter', `LoRA r ${model.adapter.rank}, ${parametersOf(model)} on ${parameters(model.parameters)}`]]
    : [['Parameters', parameters(model.parameters)]];
  return [
    ['Where from', originOf(model)],
    ...adapter,
    ['On the disk', bytes(model.diskBytes)],
    ['Licence', model.licence ?? 'not named beside the model'],
    ...config.map(spaced),
    ...(tokenizer ? tokenizerLines(tokenizer, token) : []),
    ...(dependents.adapters.length > 0 ? [['Adapters', dependents.adapters.join(', ')] satisfies Line] : []),
    ['Used by', dependents.runs.length === 0 ? 'no run' : counted(dependents.runs.length, 'run')],
    // what comes with the program was there before everything
    ...(model.origin === 'built-in' ? [] : [['Added', dateTime(model.createdAt)] satisfies Line]),
  ];
}

function tokenizerLines(
  { kind, begin, padding, ends, template }: NonNullable<ModelDetail['tokenizer']>,
  token: (named: { readonly id: number; readonly token: string }) => string,
): Line[] {
  return [
    ['Tokenizer', kind],
    ['Begin token', begin ? token(begin) : 'none'],
    ['Ends an answer', ends.map(token).join(', ') || 'nothing'],
    ['Padding', padding ? token(padding) : 'none'],
    ['Chat template', template === null ? 'none: plain text' : counted(template.length, 'character')],
  ];
}
