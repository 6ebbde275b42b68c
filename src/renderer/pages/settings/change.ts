/** A change of the settings: its answer is the settings as they are now. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CallName, Input, Output, WorkspaceSettings } from '../../../preload/contract/index.ts';
import { call } from '../../host.ts';

/** Calls that answer with all settings. */
type ChangeName = { [N in CallName]: Output<N> extends WorkspaceSettings ? N : never }[CallName];

export function useChange<N extends ChangeName>(name: N) {
  const client = useQueryClient();
  const change = useMutation<Output<N>, Error, Input<N>>({
    mutationFn: (input) => call(name, input),
    onSuccess: (settings) => client.setQueryData(['settings.get', {}], settings),
  });
  return { run: change.mutate, runAsync: change.mutateAsync, error: change.error, busy: change.isPending };
}
