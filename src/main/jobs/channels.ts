/** The two ways a process of ours reaches its host: Electron's utility process port, or Node's fork channel. */
import type { FromJob, ToJob } from './messages.ts';
import type { HostChannel } from './worker-frame.ts';

/** The part of Electron's `process.parentPort` that is used here. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** The channel this process was started with; throws when it was started by hand. */
export function hostChannel<From = FromJob, To = ToJob>(): HostChannel<From, To> {
  const { parentPort } = process as { parentPort?: ParentPort };
  if (parentPort) return utilityChannel(parentPort);
  if (typeof process.send === 'function') return forkChannel();
  throw new Error('this file is started by the program itself, not by hand');
}

const exit = (code: number): void => process.exit(code);

function utilityChannel<From, To>(port: ParentPort): HostChannel<From, To> {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => port.on('message', ({ data }) => listener(data as To)),
    // Electron ends its utility processes with itself.
    onClose: () => undefined,
    exit,
  };
}

function forkChannel<From, To>(): HostChannel<From, To> {
  return {
    post: (message) => {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => process.on('message', (message) => listener(message as To)),
    onClose: (listener) => process.on('disconnect', listener),
    exit,
  };
}
