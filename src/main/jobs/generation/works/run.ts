/** One answer, token by token as it is drawn. */
import type {
  GenerationEnd,
  GenerationEvent,
  ReadToken,
  SamplingSettings,
  WeightsInCodes,
} from '../../../../preload/contract/generations.ts';
import { createRandom } from '../../../base/random.ts';
import type { TextOrChat } from '../../../data/examples.ts';
import { createStopStrings } from '../../../data/tokenizers/stop-strings.ts';
import type { Decoder } from '../../../engine/generation/decoder.ts';
import { generate } from '../../../engine/generation/generate.ts';
import { logSumExp } from '../../../engine/generation/sampling.ts';
import { likeliest } from '../../../evaluate/likeliest.ts';
import { beginningIds } from '../prompt-ids.ts';
import type { OpenModel } from '../shelf.ts';
import { shownReading } from '../shown.ts';
import { GenerationError, type ModelSource, othersTurn, type Work, type WorkContext } from '../work.ts';
import { promptReading } from './prompt.ts';

export interface RunWork {
  readonly model: ModelSource;
  readonly prompt: TextOrChat;
  readonly sampling: SamplingSettings;
  readonly top: number;
}

/** Between two messages: at most 20 a second. */
const MESSAGE_MS = 80;

export const run = {
  id: 'run',
  run: ({ model, prompt, sampling, top }: RunWork, { shelf, emit, signal }: WorkContext): Promise<GenerationEnd> =>
    shelf.use(model, async (open) => {
      const { tokenizer, eosIds } = open.loaded;
      languageOnly(open.loaded.model.head);
      signal.throwIfAborted();
      const ids = beginningIds(tokenizer, prompt);
      if (ids.length >= open.context)
        throw new GenerationError(
          `The prompt has ${ids.length} tokens; this model's context is ${open.context}. Shorten the prompt.`,
        );
      const maxNewTokens = Math.min(sampling.maxTokens, open.context - ids.length);
      const { decoder, weights } = await openDecoder(open, sampling.weightBits, ids.length + maxNewTokens);
      const reading = promptReading(tokenizer, prompt, ids);
      send(emit, { type: 'prompt', prompt: reading, memoryBytes: shelf.bytes(), weights });
      const outgoing = inBatches((tokens) => send(emit, { type: 'tokens', tokens }));
      const stopping = createStopStrings(tokenizer, sampling.stop, true);
      let previous = ids[ids.length - 1];
      const started = performance.now();
      const [found] = await generate(decoder, [ids], {
        maxNewTokens,
        ...drawing(sampling),
        eosIds,
        findStop: sampling.stop.length > 0 ? stopping.find : undefined,
        random: createRandom(sampling.seed),
        signal,
        breathe: othersTurn,
        onToken(_row, id, logp, logits) {
          const total = logSumExp(logits);
          const others = likeliest(logits, top).map((each) => ({
            id: each,
            logp: logits[each] - total,
            refLogp: null,
          }));
          outgoing.add(shownReading(tokenizer, previous, { id, logp, refLogp: null, kl: null, top: others }));
          previous = id;
        },
      });
      outgoing.flush();
      return {
        text: stopping.textBefore(found.ids),
        finish: found.finishReason,
        tokens: found.logps.length,
        seconds: (performance.now() - started) / 1000,
      };
    }),
} satisfies Work;

async function openDecoder(
  open: OpenModel,
  bits: SamplingSettings['weightBits'],
  positions: number,
): Promise<{ decoder: Decoder; weights: WeightsInCodes | null }> {
  if (bits === 32) return { decoder: await open.decoder(positions), weights: null };
  const { change, decoder } = await open.codes(bits);
  const { mean_abs_logp_change: meanAbsLogpChange, mean_kl: meanKl, tokens } = change;
  return { decoder: await decoder(positions), weights: { bits, meanAbsLogpChange, meanKl, tokens } };
}

const send = (emit: WorkContext['emit'], event: GenerationEvent): void => emit(event);

/** As `plumb generate` takes them, so that the same seed gives the same text. */
const drawing = ({ greedy, temperature, topK, topP, minP, repetitionPenalty }: SamplingSettings) => ({
  greedy,
  temperature,
  topK: topK || undefined,
  topP,
  minP: minP || undefined,
  repetitionPenalty: repetitionPenalty === 1 ? undefined : repetitionPenalty,
});

export function languageOnly(head: 'language' | 'score'): void {
  if (head === 'score')
    throw new GenerationError('This is a reward model: it scores answers and writes none. Choose a language model.');
}

function inBatches(post: (tokens: ReadToken[]) => void) {
  let waiting: ReadToken[] = [];
  let last = 0;
  const flush = () => {
    if (waiting.length === 0) return;
    post(waiting);
    waiting = [];
    last = performance.now();
  };
  return {
    add(token: ReadToken) {
      waiting.push(token);
      if (performance.now() - last >= MESSAGE_MS) flush();
    },
    flush,
  };
}
