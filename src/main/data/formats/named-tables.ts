/** Well-known sets that call the roles of their columns by other names: read as if their mapping had been made by hand. */
import type { ColumnMapping, DatasetKind } from '../../../preload/contract/datasets.ts';
import { columns } from './columns.ts';
import { type Format, percentOf, type RecordValue, shareWith } from './format.ts';
import { BESIDE_A_PAIR } from './preference-pair.ts';

interface NamedTable {
  readonly id: string;
  readonly title: string;
  readonly kind: DatasetKind;
  /** Columns that every row has. */
  readonly required: readonly string[];
  /** Columns that make it another format. */
  readonly without?: readonly string[];
  readonly mapping: ColumnMapping;
  /** How sure the columns make it; names that many tables have are less sure. */
  readonly score?: number;
}

const tableFormat = ({ id, title, kind, required, without = [], mapping, score = 0.88 }: NamedTable): Format => ({
  id,
  title,
  kind,
  kindOf: columns.kindOf,
  fields: columns.fields,
  mapping,
  sniff(records) {
    const share = shareWith(records, required, without);
    return { score: score * share, reason: `${percentOf(share)} have ${required.join(', ')}` };
  },
  read: columns.read,
});

/** Stack Exchange answers, the better-voted one as response_j (TRL's stack_llama, torchtune). */
export const stackExchange = tableFormat({
  id: 'stack-exchange',
  title: 'Stack Exchange, paired',
  kind: 'preference',
  required: ['question', 'response_j', 'response_k'],
  mapping: { prompt: 'question', chosen: 'response_j', rejected: 'response_k', ...BESIDE_A_PAIR },
});

/** A question with an optional system text, as in the Orca DPO pairs. */
export const questionPreference = tableFormat({
  id: 'question-preference',
  title: 'Questions with preference',
  kind: 'preference',
  required: ['question', 'chosen', 'rejected'],
  mapping: { prompt: 'question', system: 'system', chosen: 'chosen', rejected: 'rejected', ...BESIDE_A_PAIR },
});

/** The same under "input", as in distilabel's Orca pairs; the list of generations beside the pair stays in the metadata. */
export const inputPreference = tableFormat({
  id: 'input-preference',
  title: 'Inputs with preference',
  kind: 'preference',
  required: ['input', 'chosen', 'rejected'],
  without: ['prompt', 'instruction', 'question'],
  mapping: { prompt: 'input', system: 'system', chosen: 'chosen', rejected: 'rejected', ...BESIDE_A_PAIR },
});

/** A system text beside the prompt, as in truthy-dpo: without it the answers would not be what was asked for. */
const systemPreferenceTable = tableFormat({
  id: 'system-preference',
  title: 'Prompts with system text and preference',
  kind: 'preference',
  required: ['prompt', 'chosen', 'rejected', 'system'],
  mapping: { prompt: 'prompt', system: 'system', chosen: 'chosen', rejected: 'rejected', ...BESIDE_A_PAIR },
  score: 0.97,
});

const isText = (value: unknown): boolean => typeof value === 'string';

export const systemPreference: Format = {
  ...systemPreferenceTable,
  sniff(records) {
    // some rows have no system text, and what is called so must be text
    const isSystem = ({ system }: RecordValue) => system === undefined || system === null || isText(system);
    const some = records.some(({ system }) => isText(system) && system !== '');
    const texts = records.map((r) =>
      some && isSystem(r) && [r.prompt, r.chosen, r.rejected].every(isText) ? { ...r, system: r.system ?? '' } : {},
    );
    return systemPreferenceTable.sniff(texts);
  },
};

/** Code that was accepted against code that was not (Vezora's Code-Preference-Pairs). */
export const acceptedRejected = tableFormat({
  id: 'accepted-rejected',
  title: 'Inputs, accepted and rejected',
  kind: 'preference',
  required: ['input', 'accepted', 'rejected'],
  without: ['chosen'],
  mapping: { prompt: 'input', chosen: 'accepted', rejected: 'rejected', ...BESIDE_A_PAIR },
});

/** ms-swift's table: the answer that was rejected stands beside query and response. */
export const swiftQuery = tableFormat({
  id: 'swift-query',
  title: 'ms-swift, query with rejected_response',
  kind: 'preference',
  required: ['query', 'response', 'rejected_response'],
  mapping: {
    prompt: 'query',
    system: 'system',
    history: 'history',
    chosen: 'response',
    rejected: 'rejected_response',
    ...BESIDE_A_PAIR,
  },
});

const safeAnswers = tableFormat({
  id: 'beavertails',
  title: 'BeaverTails, answers that are safe or not',
  kind: 'unpaired',
  required: ['prompt', 'response'],
  without: ['chosen', 'rejected'],
  mapping: { prompt: 'prompt', completion: 'response', label: 'is_safe' },
});

/** BeaverTails (2307.04657): an answer that is safe is wanted, another one not. */
export const beaverTails: Format = {
  ...safeAnswers,
  sniff: (records) => safeAnswers.sniff(records.map((r) => (typeof r.is_safe === 'boolean' ? r : {}))),
};

/** MedicalGPT's reward data: earlier turns as [question, answer]. */
export const chosenResponses = tableFormat({
  id: 'response-chosen',
  title: 'Questions, response_chosen and response_rejected',
  kind: 'preference',
  required: ['question', 'response_chosen', 'response_rejected'],
  mapping: {
    prompt: 'question',
    system: 'system',
    history: 'history',
    chosen: 'response_chosen',
    rejected: 'response_rejected',
    ...BESIDE_A_PAIR,
  },
});

/** NeMo-Aligner's DPO data, with its rewards where there are some. */
export const nemo = tableFormat({
  id: 'nemo',
  title: 'NeMo, chosen_response and rejected_response',
  kind: 'preference',
  required: ['prompt', 'chosen_response', 'rejected_response'],
  mapping: {
    ...BESIDE_A_PAIR,
    prompt: 'prompt',
    chosen: 'chosen_response',
    rejected: 'rejected_response',
    score_chosen: 'chosen_reward',
    score_rejected: 'rejected_reward',
  },
});

/** Argilla's binarised UltraFeedback. */
export const argillaUltrafeedback = tableFormat({
  id: 'argilla-ultrafeedback',
  title: 'UltraFeedback, binarised by Argilla',
  kind: 'preference',
  required: ['instruction', 'chosen_response', 'rejected_response'],
  mapping: {
    ...BESIDE_A_PAIR,
    prompt: 'instruction',
    chosen: 'chosen_response',
    rejected: 'rejected_response',
    score_chosen: 'chosen_avg_rating',
    score_rejected: 'rejected_avg_rating',
  },
});

/** Model-written evaluations (2212.09251): the answer that matches the behaviour is chosen; map the columns the other way round to train against it. */
export const persona = tableFormat({
  id: 'persona',
  title: 'Questions with a matching answer',
  kind: 'preference',
  required: ['question', 'answer_matching_behavior', 'answer_not_matching_behavior'],
  mapping: {
    prompt: 'question',
    chosen: 'answer_matching_behavior',
    rejected: 'answer_not_matching_behavior',
    ...BESIDE_A_PAIR,
  },
});

/** TruthfulQA (2109.07958): its best answer against its best wrong one. */
export const truthfulQa = tableFormat({
  id: 'truthfulqa',
  title: 'TruthfulQA',
  kind: 'preference',
  required: ['Question', 'Best Answer', 'Best Incorrect Answer'],
  mapping: { prompt: 'Question', chosen: 'Best Answer', rejected: 'Best Incorrect Answer', ...BESIDE_A_PAIR },
});

/** HelpSteer3's edits (2503.04378): the response that was edited after feedback is preferred to the original one. */
export const helpsteer3Edit = tableFormat({
  id: 'helpsteer3-edit',
  title: 'HelpSteer3, edited responses',
  kind: 'preference',
  required: ['context', 'original_response', 'edited_response'],
  mapping: { prompt: 'context', chosen: 'edited_response', rejected: 'original_response', ...BESIDE_A_PAIR },
});

/** HelpSteer3's edit quality (2503.04378): of two edits the good one. */
export const helpsteer3EditQuality = tableFormat({
  id: 'helpsteer3-edit-quality',
  title: 'HelpSteer3, good and bad edits',
  kind: 'preference',
  required: ['context', 'good_edited_response', 'bad_edited_response'],
  mapping: { prompt: 'context', chosen: 'good_edited_response', rejected: 'bad_edited_response', ...BESIDE_A_PAIR },
});

/** UltraInteract (2404.02078): the turns before both answers as a trajectory. */
export const trajectoryPreference = tableFormat({
  id: 'trajectory-preference',
  title: 'Trajectories with preference',
  kind: 'preference',
  required: ['trajectory', 'chosen', 'rejected'],
  without: ['prompt'],
  mapping: { prompt: 'trajectory', chosen: 'chosen', rejected: 'rejected', ...BESIDE_A_PAIR },
});

const taggedAlpaca = tableFormat({
  id: 'alpaca-kto',
  title: 'Alpaca instructions with kto_tag',
  kind: 'unpaired',
  required: ['instruction', 'output'],
  mapping: {
    prompt: 'instruction',
    input: 'input',
    system: 'system',
    history: 'history',
    completion: 'output',
    label: 'kto_tag',
  },
  score: 0.93,
});

/** LLaMA-Factory's KTO table. */
export const alpacaKto: Format = {
  ...taggedAlpaca,
  sniff: (records) => taggedAlpaca.sniff(records.map((r) => (r.kto_tag === undefined ? {} : r))),
};

/** OpenAI's data for preference fine-tuning: the conversation inside an object, both answers as messages. */
export const openaiPreference = tableFormat({
  id: 'openai-preference',
  title: 'OpenAI, preferred_output',
  kind: 'preference',
  required: ['input.messages', 'preferred_output', 'non_preferred_output'],
  mapping: {
    prompt: 'input.messages',
    chosen: 'preferred_output',
    rejected: 'non_preferred_output',
    ...BESIDE_A_PAIR,
  },
});

export const alpaca = tableFormat({
  id: 'alpaca',
  title: 'Alpaca instructions',
  kind: 'demonstrations',
  required: ['instruction', 'output'],
  without: ['chosen', 'rejected'],
  mapping: { prompt: 'instruction', input: 'input', system: 'system', history: 'history', completion: 'output' },
});

/** Dolly and tables like it. */
export const instructionResponse = tableFormat({
  id: 'instruction-response',
  title: 'Instructions with response',
  kind: 'demonstrations',
  required: ['instruction', 'response'],
  without: ['chosen', 'rejected', 'output'],
  mapping: { prompt: 'instruction', input: 'context', completion: 'response' },
});

export const promptResponse = tableFormat({
  id: 'prompt-response',
  title: 'Prompts with response',
  kind: 'demonstrations',
  required: ['prompt', 'response'],
  without: ['chosen', 'rejected', 'completion'],
  mapping: { prompt: 'prompt', system: 'system', completion: 'response' },
  score: 0.7,
});

export const questionAnswer = tableFormat({
  id: 'question-answer',
  title: 'Questions with answer',
  kind: 'demonstrations',
  required: ['question', 'answer'],
  without: ['chosen', 'rejected'],
  mapping: { prompt: 'question', system: 'system', input: 'context', completion: 'answer' },
  score: 0.7,
});
