/** Starts and stops the answers of the panes; what comes in goes into the state. */
import type { ModelChoice, ReadToken } from '../../../preload/contract/index.ts';
import { cancelDrawing, enqueueStreamed } from '../../charts/draw-queue.ts';
import { stream } from '../../host.ts';
import { followWriting, messageOf, readAnswer } from './reading.ts';
import { isBusy, type Pane, type PaneAnswer, promptOf, useInspect } from './state.ts';

const running = new Map<number, () => void>();

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
    readTo: 0,
    reference: null,
    whyNoReference: null,
    gold: null,
    reward: null,
    error: null,
  };
  setPane(id, { answer });
  void followWriting(choices);
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
      enqueueStreamed(showTokens);
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

/** Stops what its pane writes and takes it away. */
export function removePane(id: number): void {
  running.get(id)?.();
  const { panes, set } = useInspect.getState();
  set({ panes: panes.filter((pane) => pane.id !== id) });
}
