/** A kept window held against the screens that are there now. */

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Frame extends Area {
  readonly maximized: boolean;
}

/** Of a window, so that its head can be taken hold of. */
const SEEN = 80;

/** The same frame where enough of it is seen; else its size alone, in the middle of the first screen. */
export function onScreen(frame: Frame, areas: readonly Area[]): Frame {
  const seen = areas.some(
    (area) =>
      Math.min(frame.x + frame.width, area.x + area.width) - Math.max(frame.x, area.x) >= SEEN &&
      frame.y >= area.y - 1 &&
      frame.y <= area.y + area.height - SEEN,
  );
  const [first] = areas;
  if (seen || first === undefined) return frame;
  const width = Math.min(frame.width, first.width);
  const height = Math.min(frame.height, first.height);
  const middle = (start: number, room: number, size: number) => Math.round(start + (room - size) / 2);
  return {
    ...frame,
    x: middle(first.x, first.width, width),
    y: middle(first.y, first.height, height),
    width,
    height,
  };
}
