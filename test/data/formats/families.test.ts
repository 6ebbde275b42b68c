/** One row as each published family has it, with its own columns: found by content, read by the rule that the format's file states. */
import { describe, expect, it } from 'vitest';
import type { RecordValue } from '../../../src/main/data/formats/format.ts';
import { RowFault, RowRefused, valueAt } from '../../../src/main/data/formats/format.ts';
import { formats, rankFormats } from '../../../src/main/data/formats/index.ts';

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

/** The rows of a record in the best format, without fields that are absent and without metadata unless `keep` names some of it. */
function read(record: RecordValue, ...keep: string[]): { format: string; rows: object[] } {
  const [best] = rankFormats([record]);
  const mapping = Object.fromEntries(
    Object.entries(best.format.mapping).filter(([, column]) => valueAt(record, column) !== undefined),
  );
  const rows = best.format.read(record, mapping).map(({ metadata, ...fields }) => {
    const kept = Object.fromEntries(keep.map((name) => [name, metadata[name]]));
    const present = Object.entries(fields).filter(([, value]) => value !== null && value !== false);
    return { ...Object.fromEntries(present), ...(keep.length > 0 ? { metadata: kept } : {}) };
  });
  return { format: best.format.id, rows };
}

const pair = (prompt: unknown, chosen: unknown, rejected: unknown, more: object = {}) => ({
  prompt,
  chosen,
  rejected,
  ...more,
});

describe('two answers and a verdict', () => {
  it('PandaLM: each annotator makes a pair, 0 is a tie', () => {
    const record = {
      idx: 0,
      motivation_app: 'Grammarly',
      cmp_key: 'opt-7b_pythia-6.9b',
      instruction: 'Say',
      input: 'hi',
      response1: 'a',
      response2: 'b',
      annotator1: 2,
      annotator2: 1,
      annotator3: 0,
    };
    expect(read(record, 'cmp_key', 'annotator3')).toEqual({
      format: 'pandalm',
      rows: [
        pair('Say\nhi', 'b', 'a', { annotator: 'annotator1', metadata: { cmp_key: record.cmp_key, annotator3: 0 } }),
        pair('Say\nhi', 'a', 'b', { annotator: 'annotator2', metadata: { cmp_key: record.cmp_key, annotator3: 0 } }),
        pair('Say\nhi', 'a', 'b', {
          annotator: 'annotator3',
          tie: true,
          metadata: { cmp_key: record.cmp_key, annotator3: 0 },
        }),
      ],
    });
  });

  it.each([
    [1, pair('Say', 'a', 'b')],
    [2, pair('Say', 'b', 'a')],
    [1.5, pair('Say', 'a', 'b', { tie: true })],
    [0, pair('Say', 'a', 'b', { tie: true })],
    [1.75, pair('Say', 'b', 'a', { margin: 0.5 })],
  ])('AlpacaEval: preference %s', (preference, row) => {
    const record = {
      instruction: 'Say',
      output_1: 'a',
      generator_1: 'text_davinci_003',
      dataset: 'helpful_base',
      output_2: 'b',
      generator_2: 'gpt4',
      annotator: 'alpaca_eval_gpt4',
      preference,
    };
    const generators =
      preference === 2 || preference === 1.75 ? ['gpt4', 'text_davinci_003'] : ['text_davinci_003', 'gpt4'];
    expect(read(record, 'generator_chosen', 'generator_rejected', 'dataset')).toEqual({
      format: 'alpaca-eval',
      rows: [
        {
          ...row,
          annotator: 'alpaca_eval_gpt4',
          metadata: { generator_chosen: generators[0], generator_rejected: generators[1], dataset: 'helpful_base' },
        },
      ],
    });
  });

  it('AlpacaEval: a row without a verdict is refused, another number does not fit', () => {
    const record = { instruction: 'Say', output_1: 'a', output_2: 'b', preference: null };
    expect(() => read(record)).toThrow(RowRefused);
    expect(() => read({ ...record, preference: 7 })).toThrow('must be 1 to 2, or 0 for a tie; found 7');
  });

  it.each([
    ['llmbar', { input: 'q', output_1: 'a', output_2: 'b', label: 2 }, pair('q', 'b', 'a')],
    [
      'shp',
      {
        post_id: 'x',
        domain: 'askacademia_train',
        upvote_ratio: 0.9,
        history: 'q',
        c_root_id_A: 'i',
        c_root_id_B: 'j',
        created_at_utc_A: 1,
        created_at_utc_B: 2,
        score_A: 3,
        score_B: 8,
        human_ref_A: 'a',
        human_ref_B: 'b',
        labels: 0,
        seconds_difference: 1,
        score_ratio: 2.7,
      },
      pair('q', 'b', 'a', { scoreChosen: 8, scoreRejected: 3, margin: 5 }),
    ],
    [
      'helpsteer2',
      {
        split: 'train',
        prompt: 'q',
        response_1: 'a',
        response_2: 'b',
        preference_strength: -2,
        preference_statement: 's',
      },
      pair('q', 'a', 'b', { margin: 2 }),
    ],
    [
      'helpsteer3',
      {
        domain: 'code',
        language: 'en',
        context: [user('q')],
        response1: 'a',
        response2: 'b',
        overall_preference: 3,
        individual_preference: [],
      },
      pair([user('q')], [assistant('b')], [assistant('a')], { margin: 3 }),
    ],
    [
      'webgpt',
      {
        question: { dataset: 'eli5', id: '1', full_text: 'q' },
        quotes_0: {},
        answer_0: 'a',
        tokens_0: {},
        score_0: 0.5,
        quotes_1: {},
        answer_1: 'b',
        tokens_1: {},
        score_1: -0.5,
      },
      pair('q', 'a', 'b', { scoreChosen: 0.5, scoreRejected: -0.5, margin: 1 }),
    ],
    [
      'webgpt',
      { question: { full_text: 'q' }, answer_0: 'a', score_0: 0, answer_1: 'b', score_1: 0 },
      pair('q', 'a', 'b', { scoreChosen: 0, scoreRejected: 0, margin: 0, tie: true }),
    ],
    [
      'summarize-comparisons',
      {
        info: { id: 't3', post: 'long', title: 'T', subreddit: 'tifu', site: null, article: null },
        summaries: [
          { text: 'a', policy: 'sup4', note: 'ok' },
          { text: 'b', policy: 'ref', note: null },
        ],
        choice: 1,
        worker: 'w1',
        batch: 'batch3',
        split: 'train',
        extra: { confidence: 5 },
      },
      pair('SUBREDDIT: r/tifu\nTITLE: T\nPOST: long\nTL;DR:', 'b', 'a', { annotator: 'w1' }),
    ],
    [
      'summarize-comparisons',
      {
        info: { id: 'x', post: null, title: 'T', subreddit: null, site: 'cnn', article: 'news' },
        summaries: [{ text: 'a' }, { text: 'b' }],
        choice: 0,
      },
      pair('news\n\nTL;DR:', 'a', 'b'),
    ],
  ] as [string, RecordValue, object][])('%s', (format, record, row) => {
    expect(read(record)).toEqual({ format, rows: [row] });
  });

  const ab = (a: string[], b: string[]) =>
    [a, b].map((answers) => answers.flatMap((text, i) => [user(`q${i + 1}`), assistant(text)]));

  it('MT-bench: a judgement of the first turn is about the first answers alone', () => {
    const [conversation_a, conversation_b] = ab(['a1', 'a2'], ['b1', 'b2']);
    const record = {
      question_id: 81,
      model_a: 'alpaca-13b',
      model_b: 'gpt-3.5-turbo',
      winner: 'model_b',
      judge: 'author_2',
      conversation_a,
      conversation_b,
      turn: 1,
    };
    expect(read(record, 'model_chosen', 'turn')).toEqual({
      format: 'mt-bench',
      rows: [
        pair([user('q1')], [assistant('b1')], [assistant('a1')], {
          annotator: 'author_2',
          metadata: { model_chosen: 'gpt-3.5-turbo', turn: 1 },
        }),
      ],
    });
    const second = read({ ...record, winner: 'tie', judge: ['gpt-4', 'pair-v2'], turn: 2 });
    expect(second.rows).toEqual([
      pair([user('q1')], conversation_a.slice(1), conversation_b.slice(1), { tie: true, annotator: 'gpt-4 pair-v2' }),
    ]);
  });

  it('Arena: both bad is a tie; a table of votes has its turns as JSON', () => {
    const [conversation_a, conversation_b] = ab(['a'], ['b']);
    const vote = {
      question_id: 'x',
      model_a: 'm',
      model_b: 'n',
      winner: 'tie (bothbad)',
      judge: 'arena_user_9',
      conversation_a,
      conversation_b,
      turn: 1,
      language: 'English',
    };
    expect(read(vote).rows).toEqual([
      pair([user('q1')], [assistant('a')], [assistant('b')], { tie: true, annotator: 'arena_user_9' }),
    ]);
    const table = {
      id: '30192',
      model_a: 'm',
      model_b: 'n',
      prompt: '["q1","q2"]',
      response_a: '["same","a"]',
      response_b: '["same","b"]',
      winner_model_a: '0',
      winner_model_b: '1',
      winner_tie: '0',
    };
    expect(read(table, 'model_rejected')).toEqual({
      format: 'arena-votes',
      rows: [
        pair([user('q1'), assistant('same'), user('q2')], [assistant('b')], [assistant('a')], {
          metadata: { model_rejected: 'm' },
        }),
      ],
    });
    expect(() => read({ ...table, response_a: '["same",null]' })).toThrow('lacks the text of a turn');
    expect(() => read({ ...table, winner_tie: '1' })).toThrow('2 of the columns');
  });

  it('LLM Comparator: the score says which, and by how much; raters and tags are kept', () => {
    const record = {
      models: [{ name: 'Gemma 1.1' }, { name: 'Gemma 1.0' }],
      input_text: 'q',
      tags: ['Travel'],
      output_text_a: 'a',
      output_text_b: 'b',
      score: -1.25,
      individual_rater_scores: [{ is_flipped: false, score: -1.5, rationale: 'r' }],
      custom_fields: { prompt_word_count: 8 },
    };
    const kept = { tags: ['Travel'], custom_fields: { prompt_word_count: 8 }, model_chosen: 'Gemma 1.0' };
    expect(read(record, 'tags', 'custom_fields', 'model_chosen')).toEqual({
      format: 'llm-comparator',
      rows: [pair('q', 'b', 'a', { margin: 1.25, metadata: kept })],
    });
    expect(read({ ...record, score: 0 }).rows).toEqual([pair('q', 'a', 'b', { margin: 0, tie: true })]);
  });

  it('Label Studio: each annotation makes a pair, one that was skipped makes none', () => {
    const result = (selected: string) => [
      {
        value: { selected },
        id: 'x',
        from_name: 'comparison',
        to_name: ['answer1', 'answer2'],
        type: 'pairwise',
        origin: 'manual',
      },
    ];
    const record = {
      id: 7,
      data: { prompt: 'q', answer1: 'a', answer2: 'b', source: 's' },
      annotations: [
        { id: 1, completed_by: 3, result: result('right'), was_cancelled: false },
        { id: 2, completed_by: { id: 4, email: 'me@example.org' }, result: result('left'), was_cancelled: false },
        { id: 3, completed_by: 5, result: [], was_cancelled: true },
      ],
      predictions: [],
      created_at: '2024-01-01',
    };
    expect(read(record, 'source', 'id')).toEqual({
      format: 'label-studio',
      rows: [
        pair('q', 'b', 'a', { annotator: '3', metadata: { source: 's', id: 7 } }),
        pair('q', 'a', 'b', { annotator: 'me@example.org', metadata: { source: 's', id: 7 } }),
      ],
    });
    const choices = [{ value: { choices: ['Both are good'] }, from_name: 'c', to_name: 'answer1', type: 'choices' }];
    expect(read({ ...record, annotations: [{ result: choices }] }).rows).toEqual([pair('q', 'a', 'b', { tie: true })]);
    const small = {
      id: 1,
      prompt: 'q',
      answer1: 'a',
      answer2: 'b',
      comparison: [{ selected: 'right' }],
      annotator: 1,
      annotation_id: 2,
      lead_time: 4.2,
    };
    expect(read(small)).toEqual({ format: 'label-studio', rows: [pair('q', 'b', 'a', { annotator: '1' })] });
    expect(() => read({ ...record, annotations: [] })).toThrow('no annotation decides');
  });

  it('Argilla: rankings and labels of every user, nested, flat and as Hugging Face columns', () => {
    const ranking = [
      { value: 'response1', rank: 2 },
      { value: 'response2', rank: 1 },
    ];
    const nested = {
      id: '1',
      status: 'completed',
      fields: { prompt: 'q', response1: 'a', response2: 'b' },
      metadata: { source: 's' },
      suggestions: { preference: { value: 'response1', score: null, agent: 'llm' } },
      responses: {
        preference: [
          { value: ranking, user_id: 'u1' },
          { value: 'response1', user_id: 'u2' },
        ],
        reason: [{ value: 'x', user_id: 'u1' }],
      },
      vectors: {},
      _server_id: 's1',
    };
    const rows = [pair('q', 'b', 'a', { annotator: 'u1' }), pair('q', 'a', 'b', { annotator: 'u2' })];
    expect(read(nested)).toEqual({ format: 'argilla', rows });
    const flat = {
      id: '1',
      status: 'completed',
      prompt: 'q',
      response1: 'a',
      response2: 'b',
      'preference.responses': [ranking, 'response1'],
      'preference.responses.users': ['u1', 'u2'],
      'preference.responses.status': ['submitted', 'submitted'],
      'preference.suggestion': 'response1',
      'preference.suggestion.agent': 'llm',
    };
    expect(read(flat)).toEqual({ format: 'argilla', rows });
    const columns = {
      prompt: 'q',
      response1: 'a',
      response2: 'b',
      external_id: null,
      metadata: '{}',
      preference: [
        {
          user_id: 'u1',
          value: [
            { rank: 2, value: 'Response 1' },
            { rank: 1, value: 'Response 2' },
          ],
          status: 'submitted',
        },
        {
          user_id: 'u3',
          value: [
            { rank: 1, value: 'Response 1' },
            { rank: 1, value: 'Response 2' },
          ],
          status: 'submitted',
        },
        { user_id: 'u4', value: 'x', status: 'discarded' },
      ],
      'preference-suggestion': null,
      'preference-suggestion-metadata': { type: null },
    };
    expect(read(columns)).toEqual({
      format: 'argilla',
      rows: [pair('q', 'b', 'a', { annotator: 'u1' }), pair('q', 'a', 'b', { annotator: 'u3', tie: true })],
    });
    expect(() => read({ ...nested, responses: {} })).toThrow('no response decides');
  });

  it('WebGPT as it was published: two records a row, each with its answer', () => {
    const half = (answer: string, score: number) => ({
      question: { dataset: 'eli5', id: '1', full_text: 'q' },
      quotes: { title: ['t'], extract: ['e'] },
      answer,
      tokens: { prefix: [1], completion: [2] },
      score,
    });
    expect(read({ 0: half('a', -0.5), 1: half('b', 0.5) }, 'quotes_chosen', '0')).toEqual({
      format: 'webgpt-lists',
      rows: [
        pair('q', 'b', 'a', {
          scoreChosen: 0.5,
          scoreRejected: -0.5,
          margin: 1,
          metadata: { quotes_chosen: { title: ['t'], extract: ['e'] }, 0: undefined },
        }),
      ],
    });
    expect(read({ 0: half('a', 0), 1: half('b', 0) }).rows).toEqual([
      pair('q', 'a', 'b', { tie: true, scoreChosen: 0, scoreRejected: 0, margin: 0 }),
    ]);
  });

  it('Argilla: fields and rankings as its sets on the hub have them, ratings of each answer as distilabel asks for them', () => {
    // argilla/llama-2-banking-preference: lists of one struct's fields, of the ranking too
    const banking = {
      request: 'q',
      'response-1': 'a',
      'response-2': 'b',
      preference: {
        user_id: ['u1', 'u2', 'u3'],
        value: [
          { rank: [2, 1], value: ['response-1', 'response-2'] },
          { rank: [1, 1], value: ['response-1', 'response-2'] },
          { rank: [1, 2], value: ['response-1', 'response-2'] },
        ],
        status: ['submitted', 'submitted', 'draft'],
      },
      'preference-suggestion': { rank: null, value: null },
      'preference-suggestion-metadata': { type: null, score: null, agent: null },
      external_id: null,
      metadata: '{}',
    };
    expect(read(banking)).toEqual({
      format: 'argilla',
      rows: [pair('q', 'b', 'a', { annotator: 'u1' }), pair('q', 'a', 'b', { annotator: 'u2', tie: true })],
    });
    // PreferenceToArgilla; the third answer is not rated by u1, the fourth is not there
    const rated = {
      id: '1',
      status: 'completed',
      _server_id: 's',
      instruction: 'q',
      'generations-0': 'a',
      'generations-1': 'b',
      'generations-2': 'c',
      'generations-3': null,
      'generations-0-rating.responses': [4, 1],
      'generations-0-rating.responses.users': ['u1', 'u2'],
      'generations-0-rating.responses.status': ['submitted', 'submitted'],
      'generations-1-rating.responses': [5, 1],
      'generations-1-rating.responses.users': ['u1', 'u2'],
      'generations-1-rating.responses.status': ['submitted', 'submitted'],
      'generations-2-rating.responses': [3],
      'generations-2-rating.responses.users': ['u2'],
      'generations-2-rating.responses.status': ['submitted'],
      'generations-0-rationale.responses': ['because'],
      'generations-0-rationale.responses.users': ['u1'],
      'generations-0-rationale.responses.status': ['submitted'],
    };
    const scored = (chosen: string, rejected: string, by: string, scores: readonly [number, number]) => ({
      ...pair('q', chosen, rejected, { annotator: by, margin: scores[0] - scores[1] }),
      scoreChosen: scores[0],
      scoreRejected: scores[1],
    });
    expect(read(rated)).toEqual({
      format: 'argilla',
      rows: [
        scored('b', 'a', 'u1', [5, 4]),
        { ...scored('a', 'b', 'u2', [1, 1]), tie: true },
        scored('c', 'a', 'u2', [3, 1]),
        scored('c', 'b', 'u2', [3, 1]),
      ],
    });
  });

  it('Arena sets of 2024 and 2025: conversations as JSON text, content in parts, both_bad', () => {
    const turns = (answer: string) => [user('q'), assistant(answer)];
    const text = {
      question_id: 'x',
      model_a: 'm',
      model_b: 'n',
      winner: 'tie (bothbad)',
      conversation_a: JSON.stringify(turns('a')),
      conversation_b: JSON.stringify(turns('b')),
      turn: 1,
      anony: true,
    };
    expect(read(text)).toEqual({
      format: 'mt-bench',
      rows: [pair([user('q')], [assistant('a')], [assistant('b')], { tie: true })],
    });
    const part = (value: string, type = 'text') => [{ type, text: value, image: null, mimeType: null }];
    const parted = (answer: string, type?: string) => [
      { role: 'user', content: part('q', type) },
      { role: 'assistant', content: part(answer) },
    ];
    const parts = {
      id: 'x',
      model_a: 'm',
      model_b: 'n',
      winner: 'both_bad',
      conversation_a: parted('a'),
      conversation_b: parted('b'),
    };
    expect(read(parts)).toEqual(read(text));
    expect(read({ ...parts, winner: 'model_b' }).rows).toEqual([pair([user('q')], [assistant('b')], [assistant('a')])]);
    const [best] = rankFormats([parts]);
    expect(() => best.format.read({ ...parts, conversation_a: parted('a', 'image') }, best.format.mapping)).toThrow(
      'a message of "user" holds a part of type "image"; rows hold text alone',
    );
  });

  it('a message that calls a tool is refused with its row, not stored without the call', () => {
    const call = { role: 'assistant', content: '', tool_calls: [{ type: 'function', function: { name: 'f' } }] };
    const record = { prompt: [user('q')], chosen: [call], rejected: [assistant('b')] };
    expect(() => read(record)).toThrow('a message of "assistant" calls a tool; rows hold text alone');
    const none = { ...record, chosen: [{ ...assistant('a'), tool_calls: [], name: null }] };
    expect(read(none).rows).toEqual([pair([user('q')], [assistant('a')], [assistant('b')])]);
  });

  it('messages as {from, value} under the names of TRL; what messages say besides is kept', () => {
    const turn = (from: string, value: string) => ({ from, value });
    const record = {
      chosen: [turn('human', 'q'), { ...turn('gpt', 'a'), weight: 0.5 }],
      rejected: [turn('human', 'q'), turn('gpt', 'b')],
      tools: [{ name: 'f' }],
      chat_template_kwargs: { enable_thinking: false },
    };
    expect(read(record, 'message_fields', 'tools', 'chat_template_kwargs')).toEqual({
      format: 'trl-implicit',
      rows: [
        pair([user('q')], [assistant('a')], [assistant('b')], {
          metadata: {
            message_fields: { chosen: [null, { weight: 0.5 }] },
            tools: record.tools,
            chat_template_kwargs: record.chat_template_kwargs,
          },
        }),
      ],
    });
  });

  it('dialogues without the empty line before them, or with the line ends of Windows', () => {
    const rows = [pair([user('q'), assistant('w'), user('r')], [assistant('a')], [assistant('b\r')])];
    const dialogue = (answer: string) => `\n\nHuman: q\n\nAssistant: w\n\nHuman: r\n\nAssistant: ${answer}`;
    const record = { chosen: dialogue('a'), rejected: dialogue('b\r') };
    expect(read(record)).toEqual({ format: 'hh', rows });
    const bare = { chosen: record.chosen.trimStart(), rejected: record.rejected.slice(2) };
    expect(read(bare)).toEqual({ format: 'hh', rows });
    const windows = Object.fromEntries(Object.entries(record).map(([k, text]) => [k, text.replaceAll('\n', '\r\n')]));
    expect(read(windows)).toEqual({ format: 'hh', rows });
    const whole = { prompt: '\n\nHuman: q\n\nAssistant:' };
    const repeated = { ...whole, chosen: `${whole.prompt} a`, rejected: `${whole.prompt} b` };
    expect(read(repeated)).toEqual({ format: 'trl', rows: [pair(whole.prompt, ' a', ' b')] });
  });

  it('answers of the user, and conversations that differ in a question, are no pairs; names of roles are read as roles', () => {
    const asked = { prompt: [user('q')], chosen: [user('a')], rejected: [user('b')] };
    expect(() => read(asked)).toThrow('the last message of the chosen answer is not the assistant\'s but of "user"');
    const differ = { chosen: [user('q'), assistant('a')], rejected: [user('r'), assistant('b')] };
    expect(() => read(differ)).toThrow('the conversations differ in a message of the user');
    expect(() => read({ prompt: 'q', ...differ })).toThrow('the conversations differ in a message of the user');
    const named = {
      messages: [
        { role: 'Human', content: 'q' },
        { role: 'model', content: 'a' },
      ],
    };
    expect(read(named).rows).toEqual([{ prompt: [user('q')], completion: [assistant('a')] }]);
    const odd = { messages: [{ role: 'constructor', content: 'q' }, assistant('a')] };
    expect(read(odd).rows).toEqual([{ prompt: [{ role: 'constructor', content: 'q' }], completion: [assistant('a')] }]);
    expect(() => read({ prompt: 'q', chosen: '\ufeff\u3000 ', rejected: 'b' })).toThrow('nothing but white space');
  });

  it.each([
    [
      'safe-rlhf',
      {
        prompt: 'q',
        response_0: 'a',
        response_1: 'b',
        is_response_0_safe: true,
        is_response_1_safe: false,
        better_response_id: 1,
        safer_response_id: 0,
      },
      pair('q', 'b', 'a', {
        metadata: { is_safe_chosen: false, is_safe_rejected: true, safer_chosen: false, safer_rejected: true },
      }),
    ],
    [
      'labelled-outputs',
      { instruction: 'q', output_1: 'a', output_2: 'b', label: 2, bias: 'length' },
      pair('q', 'b', 'a', { metadata: { bias: 'length' } }),
    ],
    [
      'prometheus',
      {
        instruction: 'judge',
        output: 'so B',
        orig_instruction: 'q',
        orig_response_A: 'a',
        orig_response_B: 'b',
        orig_preference: 'B',
      },
      pair('q', 'b', 'a', { metadata: { output: 'so B' } }),
    ],
    [
      'helpsteer3-edit',
      { domain: 'd', context: [user('q')], original_response: 'b', edited_response: 'a' },
      pair([user('q')], [assistant('a')], [assistant('b')], { metadata: { domain: 'd' } }),
    ],
    [
      'helpsteer3-edit-quality',
      { context: [user('q')], original_response: 'o', good_edited_response: 'a', bad_edited_response: 'b' },
      pair([user('q')], [assistant('a')], [assistant('b')], { metadata: { original_response: 'o' } }),
    ],
    [
      'webgpt-texts',
      { question: 'q', answer_0: 'a', answer_1: 'b', score_0: -1, score_1: 1, id: 7 },
      pair('q', 'b', 'a', { scoreChosen: 1, scoreRejected: -1, margin: 2, metadata: { id: 7 } }),
    ],
    [
      'trajectory-preference',
      { task: 't', trajectory: [{ from: 'user', value: 'q' }], chosen: 'a', rejected: 'b' },
      pair([user('q')], [assistant('a')], [assistant('b')], { metadata: { task: 't' } }),
    ],
  ])('%s', (format, record, row) => {
    expect(read(record, ...Object.keys((row as { metadata?: object }).metadata ?? {}))).toEqual({
      format,
      rows: [row],
    });
  });

  it('numbers of tables whose columns have gaps: 1.0 is 1, and nan is none', () => {
    const judged = {
      instruction: 'q',
      input: '',
      response1: 'a',
      response2: 'b',
      annotator1: '2.0',
      annotator2: '0.0',
    };
    expect(read(judged).rows).toEqual([
      pair('q', 'b', 'a', { annotator: 'annotator1' }),
      pair('q', 'a', 'b', { annotator: 'annotator2', tie: true }),
    ]);
    expect(read({ prompt: 'q', completion: 'a', label: '1.0' })).toEqual({
      format: 'kto',
      rows: [{ prompt: 'q', completion: 'a', label: true }],
    });
    const scored = { prompt: 'q', chosen: 'a', rejected: 'b', score_chosen: '2.0', score_rejected: 'nan' };
    expect(read(scored).rows).toEqual([pair('q', 'a', 'b', { scoreChosen: 2 })]);
  });

  it('conversations written as JSON text, where a text would mean nothing', () => {
    const rows = [{ prompt: [user('q')], completion: [assistant('a')] }];
    const text = JSON.stringify([user('q'), assistant('a')]);
    expect(read({ messages: text, id: 1 })).toEqual({ format: 'messages', rows });
    const turns = JSON.stringify([
      { from: 'human', value: 'q' },
      { from: 'gpt', value: 'a' },
    ]);
    expect(read({ conversations: turns })).toEqual({ format: 'sharegpt', rows });
    expect(read({ messages: text, label: true }).rows).toEqual([{ ...rows[0], label: true }]);
    expect(rankFormats([{ messages: 'hello' }])).toEqual([]);
  });

  it('an answer may be one message instead of a list of one', () => {
    const record = { prompt: [user('q')], chosen: { ...assistant('a'), name: 'x' }, rejected: assistant('b') };
    expect(read(record, 'message_fields')).toEqual({
      format: 'trl',
      rows: [
        pair([user('q')], [assistant('a')], [assistant('b')], {
          metadata: { message_fields: { chosen: [{ name: 'x' }] } },
        }),
      ],
    });
  });

  it('a conversation as Python prints it is refused, not taken for a text', () => {
    const record = { prompt: 'q', chosen: "[{'role': 'assistant', 'content': 'a'}]", rejected: 'b' };
    expect(() => read(record)).toThrow('"chosen" is a conversation as Python prints it; save it as JSON');
  });

  it("PandaLM's training set has its verdict in a text, LLaMA-Factory's KTO table its label beside the output", () => {
    const judged = { instruction: 'i', input: 'x', response1: 'a', response2: 'b', output: '2\n\n### Reason: r' };
    expect(read(judged, 'output')).toEqual({
      format: 'pandalm-training',
      rows: [pair('i\nx', 'b', 'a', { metadata: { output: judged.output } })],
    });
    expect(read({ ...judged, output: 'Tie' }).rows).toEqual([pair('i\nx', 'a', 'b', { tie: true })]);
    expect(read({ instruction: 'i', input: '', output: 'o', kto_tag: true })).toEqual({
      format: 'alpaca-kto',
      rows: [{ prompt: 'i', completion: 'o', label: true }],
    });
  });

  it("OpenAI's preference data, GPT-4's comparisons, tables of LLaMA-Factory with system and history", () => {
    const input = { messages: [user('q')], tools: [] };
    expect(read({ input, preferred_output: [assistant('a')], non_preferred_output: [assistant('b')] })).toEqual({
      format: 'openai-preference',
      rows: [pair([user('q')], [assistant('a')], [assistant('b')])],
    });
    const scored = (response: string, score: number) => ({ response, source: 'x', score });
    expect(read({ user_input: 'q', responses_and_scores: [scored('a', 1), scored('b', 9)] })).toEqual({
      format: 'responses-and-scores',
      rows: [pair('q', 'b', 'a', { scoreChosen: 9, scoreRejected: 1, margin: 8 })],
    });
    const table = { instruction: 'i', input: 'x', chosen: 'c', rejected: 'r', system: 's', history: [['h', 'w']] };
    expect(read(table).rows).toEqual([
      pair(
        [{ role: 'system', content: 's' }, user('h'), assistant('w'), user('i\nx')],
        [assistant('c')],
        [assistant('r')],
      ),
    ]);
  });

  it('Label Studio as CSV: ids are no choices, and the choice is JSON in a cell', () => {
    const row = {
      id: '1',
      prompt: 'q',
      answer1: 'a',
      answer2: 'b',
      annotator: '1',
      annotation_id: '2',
      lead_time: '4.2',
    };
    const chosen = (cell: string) => read({ ...row, comparison: cell });
    expect(chosen('{"selected": "right"}')).toEqual({
      format: 'label-studio',
      rows: [pair('q', 'b', 'a', { annotator: '1' })],
    });
    expect(chosen('[{"selected": "left"}]').rows).toEqual([pair('q', 'a', 'b', { annotator: '1' })]);
  });

  it('a verdict in any words of raters; other words do not fit', () => {
    const columns = formats.get('columns');
    const mapping = { prompt: 'q', answer_a: 'a', answer_b: 'b', preference: 'v' };
    const chosen = (v: unknown) => {
      const [row] = columns.read({ q: 'q', a: 'x', b: 'y', v }, mapping);
      return row.tie ? 'tie' : row.chosen === 'x' ? 'a' : 'b';
    };
    for (const word of ['A', 'a', 1, '1', 'model_a', 'Response 1', 'left', '[[A]]', 'Answer A is better', 'the first'])
      expect(chosen(word)).toBe('a');
    for (const word of ['B', 2, 'model_b', 'output-2', 'right', '[[B]]', 'B is slightly better', 'second'])
      expect(chosen(word)).toBe('b');
    for (const word of ['tie', 'Tie (both bad)', 'both_bad', 0, 'both', 'equal', 'neither', '[[C]]', 1.5])
      expect(chosen(word)).toBe('tie');
    for (const word of ['ab', 'yes', 3, true, { a: 1 }]) expect(() => chosen(word)).toThrow(RowFault);
    for (const word of [null, undefined, '']) expect(() => chosen(word)).toThrow('holds no verdict');
  });
});

describe('ranked answers', () => {
  it('UltraFeedback: every two completions, equal scores are a tie', () => {
    const completion = (response: string, overall_score: number, model: string) => ({
      model,
      response,
      overall_score,
      'fine-grained_score': 1,
      critique: 'c',
    });
    const record = {
      source: 'evol_instruct',
      instruction: 'q',
      models: ['m', 'n', 'o'],
      completions: [completion('a', 8, 'm'), completion('b', 3.5, 'n'), completion('c', 8, 'o')],
      correct_answers: ['None'],
      incorrect_answers: ['None'],
    };
    expect(read(record, 'model_chosen', 'model_rejected')).toEqual({
      format: 'ultrafeedback-ranked',
      rows: [
        pair('q', 'a', 'b', {
          scoreChosen: 8,
          scoreRejected: 3.5,
          margin: 4.5,
          metadata: { model_chosen: 'm', model_rejected: 'n' },
        }),
        pair('q', 'a', 'c', {
          scoreChosen: 8,
          scoreRejected: 8,
          margin: 0,
          tie: true,
          metadata: { model_chosen: 'm', model_rejected: 'o' },
        }),
        pair('q', 'c', 'b', {
          scoreChosen: 8,
          scoreRejected: 3.5,
          margin: 4.5,
          metadata: { model_chosen: 'o', model_rejected: 'n' },
        }),
      ],
    });
  });

  it('Nectar: rank 1 is the best, the dialogue asks for the answer', () => {
    const record = {
      prompt: '\n\nHuman: q \n\nAssistant: ',
      answers: [
        { answer: 'b', model: 'n', rank: 2.0 },
        { answer: 'a', model: 'm', rank: 1.0 },
      ],
      turns: 1,
      num_responses: 2,
      source: ['s'],
      good_natured: true,
    };
    expect(read(record, 'rank_chosen', 'rank_rejected')).toEqual({
      format: 'nectar',
      rows: [
        pair([user('q ')], [assistant('a')], [assistant('b')], { metadata: { rank_chosen: 1, rank_rejected: 2 } }),
      ],
    });
  });

  it.each([
    [
      'nemo-ranked',
      {
        context: [user('q')],
        completions: [
          { rank: 0, completion: [assistant('a')] },
          { rank: 1, completion: [assistant('b')] },
        ],
      },
      [pair([user('q')], [assistant('a')], [assistant('b')])],
    ],
    [
      'stack-exchange-ranked',
      {
        qid: 1,
        question: 'q',
        date: '2020',
        metadata: [],
        answers: [
          { answer_id: 1, author: 'x', author_id: 1, author_profile: 'p', pm_score: 2, selected: false, text: 'a' },
          { answer_id: 2, author: 'y', author_id: 2, author_profile: 'p', pm_score: 5, selected: true, text: 'b' },
        ],
      },
      [pair('q', 'b', 'a', { scoreChosen: 5, scoreRejected: 2, margin: 3 })],
    ],
    [
      'ranked-answers',
      { instruction: 'q', generations: ['a', 'b', 'a'], ratings: [2, 5, null], model_name: 'm' },
      [pair('q', 'b', 'a', { scoreChosen: 5, scoreRejected: 2, margin: 3 })],
    ],
    ['ranked-answers', { prompt: 'q', responses: ['a', 'b'], ranks: [2, 1] }, [pair('q', 'b', 'a')]],
    ['alpaca-ranking', { instruction: 'Say', input: 'hi', output: ['a', 'b'] }, [pair('Say\nhi', 'a', 'b')]],
    [
      'hh-scored',
      { text: ['\n\nHuman: q\n\nAssistant: b', '\n\nHuman: q\n\nAssistant: a'], score: [0, 1] },
      [pair([user('q')], [assistant('a')], [assistant('b')], { scoreChosen: 1, scoreRejected: 0, margin: 1 })],
    ],
  ] as [string, RecordValue, object[]][])('%s', (format, record, rows) => {
    expect(read(record)).toEqual({ format, rows });
  });

  it("a row of Anthropic's evaluations may have several answers that do not match", () => {
    const record = { question: 'q', answer_matching_behavior: ' (A)', answer_not_matching_behavior: [' (B)', ' (C)'] };
    expect(read(record)).toEqual({
      format: 'several-answers',
      rows: [pair('q', ' (A)', ' (B)'), pair('q', ' (A)', ' (C)')],
    });
  });

  it('HelpSteer ratings: two responses to a prompt by their helpfulness, the other ratings kept', () => {
    const rated = (prompt: string, response: string, helpfulness: number) => ({
      prompt,
      response,
      helpfulness,
      correctness: 4,
      coherence: 4,
      complexity: 1,
      verbosity: helpfulness,
    });
    const records = [
      rated('q', 'a', 2),
      rated('q', 'b', 4),
      rated('r', 'c', 4),
      rated('r', 'd', 4),
      rated('s', 'e', 1),
    ];
    const [best] = rankFormats(records);
    expect(best.format.id).toBe('helpsteer-ratings');
    const gathering = best.format.gather?.({});
    if (!gathering) throw new Error('one response alone makes no pair');
    for (const [place, record] of records.entries()) gathering.add(record, place);
    const { rows, unused } = gathering.finish();
    expect(rows.map(({ draft, place }) => [draft.prompt, draft.chosen, draft.rejected, draft.tie, place])).toEqual([
      ['q', 'b', 'a', false, 1],
      ['r', 'c', 'd', true, 2],
    ]);
    expect(rows[0].draft).toMatchObject({ scoreChosen: 4, scoreRejected: 2, margin: 2 });
    expect(rows[0].draft.metadata).toMatchObject({ verbosity_chosen: 4, verbosity_rejected: 2 });
    expect(unused.map(({ place }) => place)).toEqual([4]);
  });

  it('several chosen or rejected answers: each chosen one before each rejected one, blank ones left out', () => {
    const record = { id: 3, prompt: 'q', chosen: 'a', rejected: ['b', 'a', ' ', 'c'] };
    expect(read(record, 'id')).toEqual({
      format: 'several-answers',
      rows: [pair('q', 'a', 'b', { metadata: { id: 3 } }), pair('q', 'a', 'c', { metadata: { id: 3 } })],
    });
    const chats = { prompt: [user('q')], chosen: [[assistant('a')], [assistant('b')]], rejected: ['c'] };
    expect(read(chats).rows).toEqual([
      pair([user('q')], [assistant('a')], [assistant('c')]),
      pair([user('q')], [assistant('b')], [assistant('c')]),
    ]);
    expect(read({ prompt: 'q', chosen: 'a', rejected: '["b","c"]' }).rows).toHaveLength(2);
    expect(() => read({ ...record, rejected: ['a'] })).toThrow('no chosen answer and another rejected one: no pair');
  });

  it('axis files of summaries: every two of a post by one worker, equal ones a tie, the rest refused', () => {
    const info = { id: 't3', post: 'long', title: 'T', subreddit: 'tifu', site: null, article: null };
    const rated = (text: string, overall: number | null, worker = 'w1', post = info) => ({
      info: post,
      summary: { text, policy: `policy of ${text}`, note: null, axes: { overall, accuracy: 7 } },
      worker,
      batch: 'axis1',
      split: 'test',
    });
    const records = [
      rated('a', 3),
      rated('b', 6),
      rated('c', 3),
      rated('d', 7, 'w2'),
      rated('e', 1, 'w1', { ...info, post: 'another' }),
    ];
    const [best] = rankFormats(records);
    expect(best.format.id).toBe('summarize-axes');
    const gathering = best.format.gather?.({});
    if (!gathering) throw new Error('one summary alone makes no pair');
    for (const [place, record] of records.entries()) gathering.add(record, place);
    expect(() => gathering.add(rated('f', null), 5)).toThrow('the summary has no overall rating');
    const { rows, unused } = gathering.finish();
    expect(
      rows.map(({ draft, place }) => [draft.chosen, draft.rejected, draft.tie, draft.margin, draft.annotator, place]),
    ).toEqual([
      ['b', 'a', false, 3, 'w1', 1],
      ['a', 'c', true, 0, 'w1', 0],
      ['b', 'c', false, 3, 'w1', 1],
    ]);
    expect(rows[0].draft.prompt).toBe('SUBREDDIT: r/tifu\nTITLE: T\nPOST: long\nTL;DR:');
    expect(rows[0].draft.metadata).toMatchObject({
      batch: 'axis1',
      split: 'test',
      policy_chosen: 'policy of b',
      policy_rejected: 'policy of a',
      axes_chosen: { overall: 6, accuracy: 7 },
    });
    expect(unused.map(({ place }) => place)).toEqual([3, 4]);
  });

  it('lists that make no pair are refused, whatever their scores', () => {
    expect(() => read({ prompt: 'q', responses: ['a', 'a'], scores: [1, 2] })).toThrow(
      'fewer than two answers that differ',
    );
    expect(() => read({ prompt: 'q', responses: ['a', 'b'], scores: [1] })).toThrow(
      '2 answers in "responses", 1 numbers in "scores"',
    );
  });
});

describe('TruthfulQA as it was published elsewhere', () => {
  it.each([
    [
      'the older table',
      {
        Type: 't',
        Question: 'q',
        'Best Answer': 'a',
        'Correct Answers': 'a; c',
        'Incorrect Answers': 'b; d;',
        Source: 's',
      },
    ],
    [
      'lists',
      {
        type: 't',
        question: 'q',
        best_answer: 'a',
        correct_answers: ['a', 'c'],
        incorrect_answers: ['b', 'd'],
        source: 's',
      },
    ],
  ])('%s: the best answer against each incorrect one', (_what, record) => {
    expect(read(record)).toEqual({ format: 'truthfulqa-answers', rows: [pair('q', 'a', 'b'), pair('q', 'a', 'd')] });
  });

  it('multiple choice as two lists', () => {
    const record = {
      question: 'q',
      mc1_targets: { choices: ['a', 'b'], labels: [1, 0] },
      mc2_targets: { choices: ['a'], labels: [1] },
    };
    expect(read(record)).toEqual({ format: 'multiple-choice', rows: [pair('q', 'a', 'b')] });
  });
});

describe('OpenAssistant messages, a row each', () => {
  const message = (message_id: string, parent_id: string | null, role: string, text: string, rank: number | null) => ({
    message_id,
    parent_id,
    user_id: 'u',
    created_date: '2023',
    text,
    role,
    lang: 'en',
    review_count: 3,
    review_result: true,
    deleted: false,
    rank,
    synthetic: false,
    model_name: null,
    message_tree_id: 't',
    tree_state: 'ready_for_export',
  });
  const tree = [
    message('c', 'a', 'assistant', 'second', 1),
    message('a', null, 'prompter', 'q', null),
    message('d', 'b', 'prompter', 'more?', 0),
    message('b', 'a', 'assistant', 'first', 0),
    message('x', 'gone', 'assistant', 'orphan', 0),
  ];

  it('trees are put together in whatever order the rows stand', () => {
    expect(rankFormats(tree)[0].format.id).toBe('oasst-messages');
    const gathering = formats.get('oasst-messages').gather?.({});
    for (const [i, record] of tree.entries()) gathering?.add(record, i);
    const done = gathering?.finish();
    expect(done?.rows).toMatchObject([
      { place: 3, draft: { prompt: [user('q')], chosen: [assistant('first')], rejected: [assistant('second')] } },
    ]);
    expect(done?.unused).toEqual([
      { place: 2, found: 'more?', reason: expect.stringContaining('it is in no pair') },
      { place: 4, found: 'orphan', reason: 'its parent gone is not in the file' },
    ]);
  });

  it('messages that name each other as parents end', () => {
    const gathering = formats.get('oasst-messages').gather?.({});
    gathering?.add(message('a', 'b', 'assistant', 'x', 0), 0);
    gathering?.add(message('b', 'a', 'prompter', 'y', 0), 1);
    expect(() => gathering?.add(message('b', 'a', 'prompter', 'y', 0), 2)).toThrow('was there before');
    expect(gathering?.finish().rows).toEqual([]);
  });
});

describe('pairs, demonstrations and prompts by other names', () => {
  it.each([
    [
      'persona',
      {
        question: 'q',
        statement: 's',
        label_confidence: 0.9,
        answer_matching_behavior: ' Yes',
        answer_not_matching_behavior: ' No',
      },
      pair('q', ' Yes', ' No'),
    ],
    [
      'nemo',
      {
        prompt: '<extra_id_1>User\nq',
        chosen_response: 'a',
        rejected_response: 'b',
        chosen_reward: 4,
        rejected_reward: 1,
      },
      pair('<extra_id_1>User\nq', 'a', 'b', { scoreChosen: 4, scoreRejected: 1, margin: 3 }),
    ],
    [
      'argilla-ultrafeedback',
      {
        source: 's',
        instruction: 'q',
        chosen_response: 'a',
        rejected_response: 'b',
        chosen_avg_rating: 4.5,
        rejected_avg_rating: 4,
        chosen_model: 'm',
      },
      pair('q', 'a', 'b', { scoreChosen: 4.5, scoreRejected: 4, margin: 0.5 }),
    ],
    [
      'input-preference',
      {
        system: '',
        input: 'q',
        chosen: 'a',
        rejected: 'b',
        generations: ['a', 'b'],
        rating: [9, 7],
        status: 'swapped',
      },
      pair([user('q')], [assistant('a')], [assistant('b')]),
    ],
    [
      'response-chosen',
      { system: '', history: [['h', 'r']], question: 'q', response_chosen: 'a', response_rejected: 'b' },
      pair([user('h'), assistant('r'), user('q')], [assistant('a')], [assistant('b')]),
    ],
    ['response-chosen', { question: 'q', response_chosen: 'a', response_rejected: 'b' }, pair('q', 'a', 'b')],
    [
      'sharegpt',
      { conversations: [{ from: 'human', value: 'q' }], chosen: 'a', rejected: 'b' },
      pair([user('q')], [assistant('a')], [assistant('b')]),
    ],
    [
      'sharegpt-messages',
      { messages: [user('q')], chosen: assistant('a'), rejected: assistant('b') },
      pair([user('q')], [assistant('a')], [assistant('b')]),
    ],
    [
      'sharegpt',
      {
        id: 'x',
        conversations: [
          { from: 'User', value: 'q' },
          { from: 'Assistant', value: 'a' },
        ],
        system: 's',
        mask: 'User',
      },
      { prompt: [{ role: 'system', content: 's' }, user('q')], completion: [assistant('a')] },
    ],
    [
      'sharegpt-kto',
      {
        conversations: [
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'a' },
        ],
        kto_tag: true,
      },
      { prompt: [user('q')], completion: [assistant('a')], label: true },
    ],
    [
      'sharegpt-conversation',
      { conversation: [user('q'), assistant('a')] },
      { prompt: [user('q')], completion: [assistant('a')] },
    ],
    [
      'alpaca',
      { instruction: 'q', input: '', output: 'a', history: [['h', 'r']] },
      { prompt: [user('h'), assistant('r'), user('q')], completion: [assistant('a')] },
    ],
    ['alpaca', { instruction: 'Say', input: 'hi', output: 'a' }, { prompt: 'Say\nhi', completion: 'a' }],
    [
      'instruction-response',
      { instruction: 'q', context: 'c', response: 'a', category: 'closed_qa' },
      { prompt: 'q\nc', completion: 'a' },
    ],
    ['question-answer', { question: 'q', answer: 'a' }, { prompt: 'q', completion: 'a' }],
    ['prompt-response', { prompt: 'q', response: 'a', helpfulness: 3 }, { prompt: 'q', completion: 'a' }],
    [
      'self-instruct',
      { id: 'u', motivation_app: 'm', instruction: 'q', instances: [{ input: 'i', output: 'a' }] },
      { prompt: 'q\ni', completion: 'a' },
    ],
    ['mt-bench-questions', { question_id: 81, category: 'writing', turns: ['q', 'then'] }, { prompt: 'q' }],
  ] as [string, RecordValue, object][])('%s', (format, record, row) => {
    expect(read(record)).toEqual({ format, rows: [row] });
  });

  it.each([
    ['pandalm', { instruction: 1, response1: 'a', response2: 'b', annotator1: 1 }, 'instruction'],
    ['shp', { history: 'q', human_ref_A: 5, human_ref_B: 'b', labels: 1 }, 'human_ref_A'],
    [
      'persona',
      { question: 'q', answer_matching_behavior: [' Yes'], answer_not_matching_behavior: ' No' },
      'answer_matching_behavior',
    ],
    [
      'ultrafeedback-ranked',
      {
        instruction: 'q',
        completions: [
          { response: 1, overall_score: 1 },
          { response: 'b', overall_score: 2 },
        ],
      },
      'response',
    ],
    ['llm-comparator', { input_text: 'q', output_text_a: { a: 1 }, output_text_b: 'b', score: 1 }, 'output_text_a'],
    ['alpaca', { instruction: 'q', input: 3, output: 'a' }, 'input'],
    ['sharegpt', { conversations: [{ from: 'human', value: 'q' }], chosen: 7, rejected: 'b' }, 'chosen'],
  ] as [string, RecordValue, string][])('%s: a cell that is no text is never turned into one', (id, record, field) => {
    const format = formats.get(id);
    const mapping = Object.fromEntries(
      Object.entries(format.mapping).filter(([, c]) => valueAt(record, c) !== undefined),
    );
    const thrown = (() => {
      try {
        return format.read(record, mapping);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(RowFault);
    expect((thrown as RowFault).field).toBe(field);
  });
});

describe('sets whose names say more than their first look', () => {
  it.each([
    [
      'a system text beside the prompt',
      { id: 1, system: 's', prompt: 'q', chosen: 'a', rejected: 'b' },
      'system-preference',
    ],
    ['ms-swift, query', { system: 's', query: 'q', response: 'a', rejected_response: 'b' }, 'swift-query'],
  ])('%s', (_, record, format) => {
    expect(read(record)).toEqual({
      format,
      rows: [pair([{ role: 'system', content: 's' }, user('q')], [assistant('a')], [assistant('b')])],
    });
  });

  it('rows without a system text, or with something else of that name, are as before', () => {
    const plain = { prompt: 'q', chosen: 'a', rejected: 'b' };
    expect(read({ ...plain, system: '' }).format).toBe('trl');
    expect(read({ ...plain, system: 4 }, 'system')).toEqual({
      format: 'trl',
      rows: [pair('q', 'a', 'b', { metadata: { system: 4 } })],
    });
  });

  it.each([
    [{ messages: [user('q'), assistant('a')], rejected_response: 'b' }, 'swift-response'],
    [{ messages: [user('q'), assistant('a')], rejected_messages: [user('q'), assistant('b')] }, 'swift-messages'],
    // H4's Orca pairs: the question stands in a column and in both answers
    [
      { system: '', question: 'q', chosen: [user('q'), assistant('a')], rejected: [user('q'), assistant('b')] },
      'question-preference',
    ],
    [
      { instruction: 'q', chosen: [user('q'), assistant('a')], rejected: [user('q'), assistant('b')] },
      'instruction-preference',
    ],
    [{ prompt: [user('q')], chosen: [user('q'), assistant('a')], rejected: [user('q'), assistant('b')] }, 'trl'],
  ])('a pair is read from %j', (record, format) => {
    expect(read(record)).toEqual({ format, rows: [pair([user('q')], [assistant('a')], [assistant('b')])] });
  });

  it('of a prompt and its repetition the one that says more is kept; another question is refused', () => {
    const system = { role: 'system', content: 's' };
    const record = {
      question: 'q',
      system: '',
      chosen: [system, user('q'), assistant('a')],
      rejected: [system, user('q'), assistant('b')],
    };
    const whole = pair([system, user('q')], [assistant('a')], [assistant('b')]);
    expect(read(record).rows).toEqual([whole]);
    const beside = { ...record, system: 's', chosen: record.chosen.slice(1), rejected: record.rejected.slice(1) };
    expect(read(beside).rows).toEqual([whole]);
    expect(() => read({ ...record, question: 'another' })).toThrow('do not begin with the prompt');
  });

  it('accepted against rejected code', () => {
    expect(read({ input: 'q', accepted: 'a', rejected: 'b', ID: 1 }, 'ID')).toEqual({
      format: 'accepted-rejected',
      rows: [pair('q', 'a', 'b', { metadata: { ID: 1 } })],
    });
  });

  it('BeaverTails: what is not safe is not wanted', () => {
    const row = { prompt: 'q', response: 'a', category: { x: false } };
    expect(
      formats.get('beavertails').read({ ...row, is_safe: false }, formats.get('beavertails').mapping),
    ).toMatchObject([{ prompt: 'q', completion: 'a', label: false }]);
    expect(read({ ...row, is_safe: true }).format).toBe('beavertails');
  });

  it('HHH: inputs with marked targets', () => {
    expect(read({ input: 'q', targets: { choices: ['a', 'b'], labels: [1, 0] } })).toEqual({
      format: 'marked-targets',
      rows: [pair('q', 'a', 'b')],
    });
  });

  it('steps with labels are no prompts', () => {
    expect(rankFormats([{ prompt: 'q', completions: ['s', 't'], labels: [true, false] }])).toEqual([]);
  });
});
