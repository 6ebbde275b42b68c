/** Progress on standard error: a bar with the time left on a terminal, plain lines in a pipe, nothing when quiet. */

export interface Progress {
  /** `secondsLeft` where whoever works knows it; else it follows from the time so far. */
  update(done: number, total: number, what: string, secondsLeft?: number | null): void;
  say(text: string): void;
  finish(): void;
}

const BAR = 24;
/** Lines in a pipe come at most this often. */
const LINE_MS = 5000;
const BAR_MS = 100;

export function createProgress(quiet: boolean, out: NodeJS.WriteStream = process.stderr): Progress {
  if (quiet) return { update: () => undefined, say: () => undefined, finish: () => undefined };
  // a job that goes on begins in the middle
  let first: { readonly time: number; readonly done: number } | undefined;
  let last = 0;
  let open = false;
  let told = '';
  const clear = () => {
    if (open) out.write('\r\x1b[K');
    open = false;
  };
  return {
    update(done, total, what, secondsLeft) {
      const now = Date.now();
      first ??= { time: now, done };
      if (now - last < (out.isTTY ? BAR_MS : LINE_MS) && done < total) return;
      // a job may report its end more than once
      if (told === `${what} ${done} ${total}`) return;
      last = now;
      told = `${what} ${done} ${total}`;
      const pace = (now - first.time) / 1000 / (done - first.done);
      const left = secondsLeft ?? pace * (total - done);
      const time = Number.isFinite(left) ? `, ${formatDuration(left)} left` : '';
      if (!out.isTTY) {
        out.write(`${what} ${done} of ${total}${time}\n`);
        return;
      }
      const filled = Math.round((BAR * done) / Math.max(1, total));
      out.write(`\r\x1b[K${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${what} ${done} of ${total}${time}`);
      open = true;
    },
    say(text) {
      clear();
      out.write(`${text}\n`);
    },
    finish: clear,
  };
}

/** "42 s", "5 min 22 s", "2 h 3 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
