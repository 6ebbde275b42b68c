/**
 * Gives a process of ours a share of the cores that is its own. Linux with autogroups shares them between sessions first and between the processes of a
 * session only then: in the page's session a job uses up what the page would answer keys with, and `nice` counts for nothing outside it.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const FLAG = '--behind';
const SHARE = '/proc/self/autogroup';
/**
 * A session's share is that of all its threads together, and every other session of the machine counts: with all of a job's steps of `nice` it would hardly
 * get on beside a few busy programs. To be another session is what keeps the page quick; this much less is for a machine that has nothing else to do.
 */
const SHARE_OF_STEPS = 1 / 5;
/** The system takes one change of a share in a tenth of a second, from whomever. */
const AGAIN_MS = 150;
const ATTEMPTS = 5;

const require = createRequire(import.meta.url);

/** Arguments for the start of a process that `leaveSession` is called in. */
export const behindArguments = (steps: number): string[] => (steps > 0 ? [FLAG, String(steps)] : []);

function stepsOf(argv: readonly string[]): number {
  const at = argv.indexOf(FLAG);
  return at < 0 ? 0 : Number(argv[at + 1]);
}

/** Makes a session of this process alone; false where the system does not allow it. */
function startSession(): boolean {
  try {
    const koffi = require('koffi') as typeof import('koffi');
    const setsid = koffi.load('libc.so.6').func('int setsid()');
    return (setsid() as number) > 0;
  } catch {
    return false; // another C library: the session stays the page's, and `nice` as it is
  }
}

function takeShare(steps: number, attempts: number): void {
  try {
    writeFileSync(SHARE, String(steps));
  } catch {
    if (attempts > 1) setTimeout(() => takeShare(steps, attempts - 1), AGAIN_MS).unref();
  }
}

/** Called first thing in a process that was started with `behindArguments`: from then on its session stands behind the page's. Does nothing elsewhere. */
export function leaveSession(argv: readonly string[] = process.argv): void {
  const steps = stepsOf(argv);
  if (!(steps > 0) || process.platform !== 'linux' || !existsSync(SHARE) || !startSession()) return;
  takeShare(Math.round(SHARE_OF_STEPS * steps), ATTEMPTS);
}
