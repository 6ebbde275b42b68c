/** Spreads drawing over frames: one chart or pane a frame, the one that waits longest first. */

const waiting = new Set<() => void>();
let scheduled = false;

function next(): void {
  scheduled = false;
  const [draw] = waiting;
  if (!draw) return;
  waiting.delete(draw);
  draw();
  if (waiting.size > 0) schedule();
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(next);
}

/** Draws in one of the next frames; asking again while it waits changes nothing. */
export function enqueueDrawing(draw: () => void): void {
  waiting.add(draw);
  schedule();
}

export function cancelDrawing(draw: () => void): void {
  waiting.delete(draw);
}
