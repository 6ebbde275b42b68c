/** Contract namespace `files`: the user hands a file over by a native dialog. */
import { RpcError } from '../../preload/contract/rpc.ts';
import type { Handlers, HostServices } from './services.ts';

export const filesHandlers = ({ pickFile }: HostServices): Handlers<'files'> => ({
  'files.pick'({ title, extensions }) {
    if (!pickFile) throw new RpcError('no_dialogs', 'This host has no file dialogs; upload the file instead.');
    return pickFile(title, extensions);
  },
});
