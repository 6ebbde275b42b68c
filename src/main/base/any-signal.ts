/** One signal for several, as AbortSignal.any, which Node before 18.17 (older Electrons) lacks. */

/** Aborted as soon as one of them is, with its reason. `release` takes the listeners away again from signals that outlive the work. */
export function anySignal(signals: readonly AbortSignal[]): { readonly signal: AbortSignal; release(): void } {
  const control = new AbortController();
  const listeners = signals.map((signal) => {
    const follow = () => control.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener('abort', follow, { once: true });
    return () => signal.removeEventListener('abort', follow);
  });
  return {
    signal: control.signal,
    release: () => {
      for (const remove of listeners) remove();
    },
  };
}
