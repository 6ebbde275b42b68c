/** The lint at work: started, told of, stopped; one at a time. */
import { useEffect, useRef, useState } from 'react';
import type { Input, LintReport } from '../../../preload/contract/index.ts';
import { stream } from '../../host.ts';

export type LintRequest = Input<'models.lint'>;

export type LintState =
  | { readonly is: 'idle' }
  | { readonly is: 'running'; readonly done: number; readonly total: number }
  | { readonly is: 'failed'; readonly error: Error }
  | { readonly is: 'done'; readonly report: LintReport };

export function useLint() {
  const [state, setState] = useState<LintState>({ is: 'idle' });
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);
  const start = (request: LintRequest) => {
    stop.current();
    let live = true;
    setState({ is: 'running', done: 0, total: 0 });
    const handle = stream('models.lint', request, (progress) => live && setState({ is: 'running', ...progress }));
    stop.current = () => {
      live = false;
      handle.close();
    };
    handle.done.then(
      (report) => live && setState({ is: 'done', report }),
      (error: Error) => live && setState({ is: 'failed', error }),
    );
  };
  const cancel = () => {
    stop.current();
    setState({ is: 'idle' });
  };
  return { state, start, cancel };
}
