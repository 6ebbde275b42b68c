/** The frame of the generation process: answers requests over its channel to the host until that is gone. */
import { serve } from '../../../preload/contract/rpc.ts';
import type { HostChannel } from '../worker-frame.ts';
import { createShelf } from './shelf.ts';
import { works } from './works/index.ts';

export function serveGenerations(channel: HostChannel<unknown, unknown>): void {
  const shelf = createShelf();
  channel.onClose(() => channel.exit(1));
  serve(
    {
      post: channel.post,
      onMessage(listener) {
        channel.onMessage(listener);
        return () => undefined;
      },
    },
    async (name, input, emit, signal) => works.get(name).run(input as never, { shelf, emit, signal }),
  );
}
