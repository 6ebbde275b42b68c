/** Puts the numbers that need a reference, and the scores, behind answers: stretch by stretch while they are written, the rest when they have ended. */
import type { ModelChoice, ReadToken } from '../../../preload/contract/index.ts';
import { enqueueStreamed } from '../../charts/draw-queue.ts';
import { call } from '../../host.ts';
import { referenceOf } from './models.ts';
import { answerText, isBusy, type Pane, type PaneAnswer, useInspect } from './state.ts';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** All numbers of an answer that is there. */
export async function readAnswer(choices: readonly ModelChoice[], id: number): Promise<void> {
  await Promise.all([readRest(choices, id), scoreAnswer(id)]);
}

const answerOf = (id: number): PaneAnswer | null | undefined =>
  useInspect.getState().panes.find((pane) => pane.id === id)?.answer;

/** The answer as it was asked about: another one may stand there by now. Each reading of a prompt is one generation's. */
const isStill = (now: PaneAnswer | null | undefined, asked: PaneAnswer): boolean =>
  now?.reading === asked.reading && now.model === asked.model;

const settled = (was: PaneAnswer): PaneAnswer['status'] => (was.status === 'reading' ? 'done' : was.status);

function chosenReference(choices: readonly ModelChoice[]): string | null {
  const { panes, reference } = useInspect.getState();
  return referenceOf(
    choices,
    panes.map(({ model }) => model),
    reference,
  );
}

/** How many tokens at the front have their numbers under that reference. */
export const readUnder = ({ reference, readTo }: Pick<PaneAnswer, 'reference' | 'readTo'>, wanted: string | null) =>
  reference === wanted ? readTo : 0;

/** The tokens from `from` on, read behind all that came before them. */
function readStretch({ model, reading, tokens }: PaneAnswer, reference: string | null, from: number) {
  const ids = tokens.map((token) => token.id);
  return call('generations.read', {
    model,
    reference,
    promptIds: [...(reading?.tokens.map((token) => token.id) ?? []), ...ids.slice(0, from)],
    ids: ids.slice(from),
  });
}

const replaced = (tokens: readonly ReadToken[], from: number, read: readonly ReadToken[]): readonly ReadToken[] => [
  ...tokens.slice(0, from),
  ...read,
  ...tokens.slice(from + read.length),
];

/** What an answer that has ended still lacks. */
async function readRest(choices: readonly ModelChoice[], id: number): Promise<void> {
  const { setAnswer } = useInspect.getState();
  const answer = answerOf(id);
  if (!answer?.reading) return;
  const reference = chosenReference(choices);
  const from = readUnder(answer, reference);
  const count = answer.tokens.length;
  if (from === count) return setAnswer(id, (was) => ({ status: settled(was), exact: count > 0 }));
  const isAsked = () => isStill(answerOf(id), answer) && answerOf(id)?.tokens.length === count;
  try {
    const { tokens, whyNoReference } = await readStretch(answer, reference, from);
    if (!isAsked()) return;
    setAnswer(id, (was) => ({
      status: settled(was),
      exact: true,
      tokens: replaced(was.tokens, from, tokens),
      readTo: count,
      reference,
      whyNoReference,
      error: null,
    }));
  } catch (error) {
    if (isAsked()) setAnswer(id, (was) => ({ status: settled(was), error: messageOf(error) }));
  }
}

async function scoreAnswer(id: number): Promise<void> {
  const { rewardModel, setAnswer } = useInspect.getState();
  const answer = answerOf(id);
  if (!answer || answer.tokens.length === 0) return;
  const isAsked = () => isStill(answerOf(id), answer) && answerOf(id)?.tokens.length === answer.tokens.length;
  try {
    const { scores } = await call('generations.rewards', {
      rewardModel,
      prompt: answer.prompt,
      answers: [{ text: answerText(answer), ended: answer.end?.finish === 'eos' }],
    });
    if (isAsked()) setAnswer(id, { gold: scores[0].gold, reward: scores[0].reward });
  } catch (error) {
    if (isAsked()) setAnswer(id, { gold: null, reward: null, error: messageOf(error) });
  }
}

/** After another reference or reward model was chosen. */
export function readAgain(choices: readonly ModelChoice[]): void {
  for (const { id, answer } of useInspect.getState().panes)
    if (answer && !isBusy(answer) && answer.status !== 'failed') void readAnswer(choices, id);
}

/** Between two readings of what is being written. */
const FOLLOW_MS = 500;
/** A reading begins at the prompt and takes longer the more there is: writing has the machine for this many times as long. */
const WRITING_SHARE = 2;

/** Answers that could not be read while they were written: the reading at their end says why. */
const unreadable = new WeakSet<object>();

/** The answer that is being written with the most tokens that have no number yet; null when none has. */
export function nextToRead(panes: readonly Pane[], reference: string): Pane | null {
  const unread = ({ answer }: Pane): number => {
    if (!answer?.reading || answer.status !== 'writing' || unreadable.has(answer.reading)) return 0;
    if (answer.whyNoReference !== null && answer.reference === reference) return 0;
    return answer.tokens.length - readUnder(answer, reference);
  };
  return panes.reduce<Pane | null>((most, pane) => (unread(pane) > (most ? unread(most) : 0) ? pane : most), null);
}

async function readNewTokens(pane: Pane, reference: string): Promise<void> {
  const { answer } = pane;
  if (!answer?.reading) return;
  const from = readUnder(answer, reference);
  try {
    const { tokens, whyNoReference } = await readStretch(answer, reference, from);
    // in a frame of its own, as the tokens themselves
    enqueueStreamed(() => {
      const now = answerOf(pane.id);
      if (!isStill(now, answer) || now?.status !== 'writing' || readUnder(now, reference) !== from) return;
      useInspect.getState().setAnswer(pane.id, (was) => ({
        tokens: replaced(was.tokens, from, tokens),
        readTo: from + tokens.length,
        reference,
        whyNoReference,
      }));
    });
  } catch {
    unreadable.add(answer.reading);
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
let following = false;

/** Colours what is written while it is written: one stretch at a time, until no pane writes any more. */
export async function followWriting(choices: readonly ModelChoice[]): Promise<void> {
  if (following) return;
  following = true;
  let rest = FOLLOW_MS;
  try {
    while (useInspect.getState().panes.some(({ answer }) => isBusy(answer))) {
      await pause(rest);
      const reference = chosenReference(choices);
      const pane = reference === null ? null : nextToRead(useInspect.getState().panes, reference);
      const began = performance.now();
      if (pane && reference !== null) await readNewTokens(pane, reference);
      rest = Math.max(FOLLOW_MS, WRITING_SHARE * (performance.now() - began));
    }
  } finally {
    following = false;
  }
}
