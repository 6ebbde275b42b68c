/** An operation that makes versions while the page looks on: its progress, and what came of it. */
import { useEffect, useRef, useState } from 'react';
import type { DerivedVersion, Event, Input } from '../../../preload/contract/index.ts';
import { queries, stream } from '../../host.ts';

type Progress = Event<'versions.derive'>;

export interface DeriveJob {
  readonly progress: Progress | null;
  readonly running: boolean;
  readonly error: Error | null;
  derive(request: Input<'versions.derive'>): void;
  saveEdits(versionId: string): void;
  cancel(): void;
}

/** What a new version changes elsewhere. */
const OUT_OF_DATE = ['datasets.list', 'versions.lineage', 'edits.list'];

/** `onMade` gets the versions once lists know them. Ends with the component: a version is made whole or not at all. */
export function useDeriveJob(onMade: (made: readonly DerivedVersion[]) => void): DeriveJob {
  const [state, setState] = useState<{ running: boolean; progress: Progress | null; error: Error | null }>({
    running: false,
    progress: null,
    error: null,
  });
  const open = useRef<{ close(): void } | null>(null);
  useEffect(() => () => open.current?.close(), []);
  const follow = (handle: { close(): void; done: Promise<readonly DerivedVersion[] | undefined> }) => {
    open.current = handle;
    handle.done.then(
      async (made) => {
        if (open.current !== handle || made === undefined) return;
        open.current = null;
        await Promise.all(OUT_OF_DATE.map((name) => queries.invalidateQueries({ queryKey: [name] })));
        setState({ running: false, progress: null, error: null });
        onMade(made);
      },
      (error: Error) => setState({ running: false, progress: null, error }),
    );
  };
  const onProgress = (progress: Progress) => setState((was) => (was.running ? { ...was, progress } : was));
  const begin = () => setState({ running: true, progress: null, error: null });
  return {
    ...state,
    derive(request) {
      begin();
      follow(stream('versions.derive', request, onProgress));
    },
    saveEdits(versionId) {
      begin();
      const { close, done } = stream('edits.save', { versionId }, onProgress);
      follow({ close, done: done.then((made) => made && [made]) });
    },
    cancel() {
      open.current?.close();
      open.current = null;
      setState({ running: false, progress: null, error: null });
    },
  };
}
