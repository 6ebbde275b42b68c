/**
 * Spreads drawing over frames: one chart or pane a frame, the one that waits longest first. What streams in rests between its drawings, and leaves
 * the frame that answers a key or press to that.
 */

/** Of a stream: from one drawing to the next at least, and while keys come: who types reads little else. */
const REST_MS = 40;
const REST_BESIDE_KEYS_MS = 120;
/** Keys have stopped coming. */
const KEYS_STOPPED_MS = 500;
/** It rests so many times as long as its last drawing took by the clock: on a busy machine it draws less often, and keys are answered in between. */
const REST_SHARE = 3;
/** Drawn all the same after this long, however fast somebody types. */
const MOST_HELD_MS = 300;

interface Waiting {
  readonly streamed: boolean;
  readonly since: number;
}

const waiting = new Map<() => void, Waiting>();
let scheduled = false;
let restedAt = 0;
let timed = false;

/** A key or press came since the last frame: the next picture is its answer. */
let answering = false;
let answeredAt = Number.NEGATIVE_INFINITY;
for (const type of ['keydown', 'keyup', 'input', 'pointerdown', 'pointerup'])
  globalThis.addEventListener?.(
    type,
    () => {
      answering = true;
      answeredAt = performance.now();
    },
    { capture: true, passive: true },
  );

function firstOf(streamed: boolean): (() => void) | undefined {
  for (const [draw, { streamed: own }] of waiting) if (own === streamed) return draw;
  return undefined;
}

/** The streamed drawing that may be made in this frame. */
function rested(now: number): (() => void) | undefined {
  const draw = firstOf(true);
  if (!draw || now < restedAt) return undefined;
  const held = now - (waiting.get(draw)?.since ?? now);
  return answering && held < MOST_HELD_MS ? undefined : draw;
}

function next(): void {
  scheduled = false;
  const began = performance.now();
  const streamed = firstOf(false) ? undefined : rested(began);
  const draw = firstOf(false) ?? streamed;
  answering = false;
  if (draw) {
    waiting.delete(draw);
    draw();
  }
  if (streamed) {
    restedAt = Number.POSITIVE_INFINITY;
    // behind this frame's layout and paint, which are part of what it takes
    setTimeout(() => {
      const now = performance.now();
      const least = now - answeredAt < KEYS_STOPPED_MS ? REST_BESIDE_KEYS_MS : REST_MS;
      restedAt = now + Math.max(least, REST_SHARE * (now - began));
      schedule();
    });
  }
  schedule();
}

/** A frame for what may be drawn in it; a timer where all that waits is resting. */
function schedule(): void {
  if (scheduled || waiting.size === 0) return;
  const rest = firstOf(false) ? 0 : restedAt - performance.now();
  if (rest <= 0) {
    scheduled = true;
    requestAnimationFrame(next);
  } else if (Number.isFinite(rest) && !timed) {
    timed = true;
    setTimeout(() => {
      timed = false;
      schedule();
    }, rest);
  }
}

function enqueue(draw: () => void, streamed: boolean): void {
  if (!waiting.has(draw)) waiting.set(draw, { streamed, since: performance.now() });
  schedule();
}

/** Draws in one of the next frames; asking again while it waits changes nothing. */
export const enqueueDrawing = (draw: () => void): void => enqueue(draw, false);

/** The same for what nobody waits for at this moment, as text that streams in. */
export const enqueueStreamed = (draw: () => void): void => enqueue(draw, true);

export function cancelDrawing(draw: () => void): void {
  waiting.delete(draw);
}
