/** A button that applies a version's recipe again, and says whether the same rows came out. */
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { stream } from '../../host.ts';

type State = 'idle' | 'running' | 'same' | 'other' | Error;

export function RepeatCheck({ versionId, number }: { versionId: string; number: number }) {
  const [state, setState] = useState<State>('idle');
  const open = useRef<{ close(): void } | null>(null);
  useEffect(() => () => open.current?.close(), []);
  const run = () => {
    setState('running');
    const handle = stream('versions.repeat', { versionId }, () => undefined);
    open.current = handle;
    handle.done.then(
      (found) => found && setState(found.matches ? 'same' : 'other'),
      (error: Error) => setState(error),
    );
  };
  if (state === 'same') return <span className="pl-ok">same rows</span>;
  if (state === 'other') return <span className="pl-danger">not the same rows</span>;
  if (state instanceof Error) return <span className="pl-danger">{state.message}</span>;
  return (
    <Button variant="subtle" loading={state === 'running'} aria-label={`Repeat the recipe of v${number}`} onClick={run}>
      Repeat
    </Button>
  );
}
