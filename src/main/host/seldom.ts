/** Progress for a page: more often than ten times a second nobody sees. */

const PROGRESS_MS = 100;

export function seldom<Event>(emit: (event: Event) => void): (event: Event) => void {
  let last = 0;
  return (event) => {
    if (Date.now() - last < PROGRESS_MS) return;
    last = Date.now();
    emit(event);
  };
}
