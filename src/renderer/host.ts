/** Typed client of the contract: calls, streams and uploads, and the hooks that pages fetch with. */
import {
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { CallName, Event, FileHandle, Input, Output, StreamName } from '../preload/contract/index.ts';
import { connect, RpcError } from '../preload/contract/rpc.ts';
import { type Link, type LinkState, openLink } from './transport.ts';

let link: Link | null = null;
let connection: ReturnType<typeof connect> | null = null;

/** The link is opened on first use, so that a module can be imported where there is no window. */
function theLink(): Link {
  if (link) return link;
  const opened = openLink();
  link = opened;
  connection = connect(opened.port);
  opened.onState((state) => {
    if (state !== 'lost' && state !== 'refused') return;
    connection?.close(); // rejects what is pending with code `closed`
    connection = connect(opened.port);
  });
  return opened;
}

function theConnection(): ReturnType<typeof connect> {
  theLink();
  if (!connection) throw new RpcError('closed', 'There is no connection to the host.');
  return connection;
}

/** One request, one answer. Rejects with `RpcError`. */
export function call<N extends CallName>(name: N, input: Input<N>): Promise<Output<N>> {
  return theConnection().call(name, input) as Promise<Output<N>>;
}

/** One request, many events; `close()` ends it on both sides. */
export function stream<N extends StreamName>(
  name: N,
  input: Input<N>,
  onEvent: (event: Event<N>) => void,
): { close(): void; done: Promise<Output<N>> } {
  const { close, done } = theConnection().stream(name, input, (event) => onEvent(event as Event<N>));
  return { close, done: done as Promise<Output<N>> };
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => error instanceof RpcError && error.code === 'closed' && count < 5,
      refetchOnWindowFocus: false,
    },
  },
});

/** Options of a call hook: `enabled` off sends nothing; `keep` shows the last answer while the next one is fetched; `fresh` asks again on every mount. */
export interface CallOptions {
  readonly enabled?: boolean;
  readonly keep?: boolean;
  readonly fresh?: boolean;
}

export function useCall<N extends CallName>(
  name: N,
  input: Input<N>,
  { enabled = true, keep = false, fresh = false }: CallOptions = {},
): UseQueryResult<Output<N>, Error> {
  return useQuery<Output<N>, Error>({
    queryKey: [name, input],
    queryFn: () => call(name, input),
    enabled,
    ...(fresh ? { staleTime: 0 } : {}),
    placeholderData: keep ? (keepPreviousData as never) : undefined,
  });
}

/** A call that changes something; `refresh` names the calls whose answers are then out of date. */
export function useAction<N extends CallName>(name: N, refresh: readonly CallName[] = []) {
  const client = useQueryClient();
  return useMutation<Output<N>, Error, Input<N>>({
    mutationFn: (input) => call(name, input),
    onSuccess: () => Promise.all(refresh.map((each) => client.invalidateQueries({ queryKey: [each] }))),
  });
}

/** State of the link, for the frame. */
export function useLinkState(): LinkState {
  return useSyncExternalStore(
    (notify) => theLink().onState(notify),
    () => theLink().state(),
  );
}

/**
 * Listens to a stream while the component is mounted and `input` is not null; opens it again after a lost connection.
 * `ended` is true once the host has closed the stream by itself.
 */
export function useStream<N extends StreamName>(
  name: N,
  input: Input<N> | null,
  onEvent: (event: Event<N>) => void,
): { readonly ended: boolean; readonly error: Error | null } {
  const state = useLinkState();
  const [end, setEnd] = useState<{ ended: boolean; error: Error | null }>({ ended: false, error: null });
  const listener = useRef(onEvent);
  listener.current = onEvent;
  const key = input === null ? null : JSON.stringify(input);
  useEffect(() => {
    if (key === null || state !== 'open') return;
    setEnd({ ended: false, error: null });
    let live = true;
    const handle = stream(name, JSON.parse(key) as Input<N>, (event) => live && listener.current(event));
    handle.done.then(
      () => live && setEnd({ ended: true, error: null }),
      (error: Error) => live && setEnd({ ended: true, error }),
    );
    return () => {
      live = false;
      handle.close();
    };
  }, [name, key, state]);
  return end;
}

/** In the desktop a dropped file goes over as one buffer, and what does not fit is chosen by the dialog, which reads it where it lies. */
const LARGEST_BUFFER = 1024 ** 3;

/** What crosses: a browser streams the file; Electron's own protocol loses bodies that are blobs. */
function bodyOf(file: File): Promise<BodyInit> | BodyInit {
  if (theLink().token !== null) return file;
  if (file.size > LARGEST_BUFFER)
    throw new RpcError(
      'upload',
      `${file.name} is too large to be dropped: choose it with the button, which reads it where it lies.`,
    );
  return file.arrayBuffer();
}

/** Sends the file's bytes, into a folder of `files.folder` where one is named; the page never sends a path. */
export async function upload(file: File, folderId?: string): Promise<FileHandle> {
  const response = await fetch('/upload', {
    method: 'POST',
    headers: {
      'x-plumb-token': theLink().token ?? '',
      'x-file-name': encodeURIComponent(file.name),
      ...(folderId === undefined ? {} : { 'x-folder-id': folderId }),
    },
    body: await bodyOf(file),
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const said = (body as { error?: { message?: string } } | null)?.error?.message;
    throw new RpcError(
      'upload',
      said ?? `${file.name} could not be handed over: the host answered ${response.status}.`,
    );
  }
  return body as FileHandle;
}

/** The bytes of a file that the host handed over, as the browser keeps them: on the disk, when they are many. */
export async function download({ fileId, name }: Pick<FileHandle, 'fileId' | 'name'>): Promise<Blob> {
  const response = await fetch('/download', {
    method: 'POST',
    headers: { 'x-plumb-token': theLink().token ?? '', 'x-file-id': fileId },
  });
  if (!response.ok)
    throw new RpcError('download', `${name} could not be downloaded: the host answered ${response.status}.`);
  return response.blob();
}
