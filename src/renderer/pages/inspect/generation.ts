/** Starts, stops and reads the answers of the panes; what comes in goes into the state. */
import type { ModelChoice, ReadToken } from '../../../preload/contract/index.ts';
import { cancelDrawing, enqueueDrawing } from '../../charts/draw-queue.ts';
import { call, stream } from '../../host.ts';
import { referenceOf } from './models.ts';
import { answerText, isBusy, type Pane, type PaneAnswer, promptOf, useInspect } from './state.ts';

const running = new Map<number, () => void>();

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Panes, whether they are running or not, begin anew with the prompt and settings as they are now. */
export function generateAll(choices: readonly ModelChoice[]): void {
  stopAll();
  for (const pane of useInspect.getState().panes) generateOne(choices, pane);
}

export function generateOne(choices: readonly ModelChoice[], { id, model, sampling: own }: Pane): void {
  running.get(id)?.();
  const { prompt, sampling: shared, setPane, setAnswer } = useInspect.getState();
  const asked = promptOf(prompt);
  const sampling = own ?? shared;
  const answer: PaneAnswer = {
    status: 'opening',
    model,
    prompt: asked,
    sampling,
    reading: null,
    tokens: [],
    end: null,
    weights: null,
    exact: false,
    reference: null,
    whyNoReference: null,
    gold: null,
    reward: null,
    error: null,
  };
  setPane(id, { answer });
  let live = true;
  // a pane a frame: four of them in one would keep a key waiting
  let came: readonly ReadToken[] = [];
  const showTokens = () => {
    cancelDrawing(showTokens);
    if (came.length === 0) return;
    const added = came;
    came = [];
    setAnswer(id, ({ tokens }) => ({ tokens: [...tokens, ...added] }));
  };
  const handle = stream('generations.run', { model, prompt: asked, sampling }, (event) => {
    if (!live) return;
    if (event.type === 'prompt') setAnswer(id, { status: 'writing', reading: event.prompt, weights: event.weights });
    else {
      came = [...came, ...event.tokens];
      enqueueDrawing(showTokens);
    }
  });
  running.set(id, () => {
    showTokens();
    live = false;
    running.delete(id);
    handle.close();
  });
  handle.done.then(
    (end) => {
      if (!live) return;
      running.delete(id);
      showTokens();
      setAnswer(id, { status: 'reading', end });
      void readAnswer(choices, id);
    },
    (error: unknown) => {
      if (!live) return;
      running.delete(id);
      showTokens();
      setAnswer(id, { status: 'failed', error: messageOf(error) });
    },
  );
}

/** What was written stays, and is read. */
export function stopAll(choices?: readonly ModelChoice[]): void {
  const { panes, setAnswer } = useInspect.getState();
  for (const { id, answer } of panes) {
    running.get(id)?.();
    if (!isBusy(answer)) continue;
    setAnswer(id, { status: 'stopped' });
    if (choices) void readAnswer(choices, id);
  }
}

/** Puts the numbers that need a reference, and the scores, behind an answer that is there. */
export async function readAnswer(choices: readonly ModelChoice[], id: number): Promise<void> {
  await Promise.all([readTokens(choices, id), scoreAnswer(id)]);
}

const paneOf = (id: number): Pane | undefined => useInspect.getState().panes.find((pane) => pane.id === id);

/** The answer as it was asked about: another one may stand there by now. */
const isStill = (id: number, asked: PaneAnswer): boolean => {
  const now = paneOf(id)?.answer;
  return now?.tokens.length === asked.tokens.length && now.prompt === asked.prompt && now.model === asked.model;
};

const settled = (was: PaneAnswer): PaneAnswer['status'] => (was.status === 'reading' ? 'done' : was.status);

async function readTokens(choices: readonly ModelChoice[], id: number): Promise<void> {
  const { panes, reference: chosen, setAnswer } = useInspect.getState();
  const answer = paneOf(id)?.answer;
  if (!answer?.reading) return;
  const reference = referenceOf(
    choices,
    panes.map(({ model }) => model),
    chosen,
  );
  if (answer.tokens.length === 0) return setAnswer(id, (was) => ({ status: settled(was) }));
  try {
    const { tokens, whyNoReference } = await call('generations.read', {
      model: answer.model,
      reference,
      promptIds: answer.reading.tokens.map((token) => token.id),
      ids: answer.tokens.map((token) => token.id),
    });
    if (isStill(id, answer))
      setAnswer(id, (was) => ({
        status: settled(was),
        exact: true,
        tokens,
        reference,
        whyNoReference,
        error: null,
      }));
  } catch (error) {
    if (isStill(id, answer)) setAnswer(id, (was) => ({ status: settled(was), error: messageOf(error) }));
  }
}

async function scoreAnswer(id: number): Promise<void> {
  const { rewardModel, setAnswer } = useInspect.getState();
  const answer = paneOf(id)?.answer;
  if (!answer || answer.tokens.length === 0) return;
  try {
    const { scores } = await call('generations.rewards', {
      rewardModel,
      prompt: answer.prompt,
      answers: [{ text: answerText(answer), ended: answer.end?.finish === 'eos' }],
    });
    if (isStill(id, answer)) setAnswer(id, { gold: scores[0].gold, reward: scores[0].reward });
  } catch (error) {
    if (isStill(id, answer)) setAnswer(id, { gold: null, reward: null, error: messageOf(error) });
  }
}

/** After another reference or reward model was chosen. */
export function readAgain(choices: readonly ModelChoice[]): void {
  for (const { id, answer } of useInspect.getState().panes)
    if (answer && !isBusy(answer) && answer.status !== 'failed') void readAnswer(choices, id);
}

/** Stops what its pane writes and takes it away. */
export function removePane(id: number): void {
  running.get(id)?.();
  const { panes, set } = useInspect.getState();
  set({ panes: panes.filter((pane) => pane.id !== id) });
}
