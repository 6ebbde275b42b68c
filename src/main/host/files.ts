/** Contract namespace `files`: the user hands files and folders over by a native dialog, and is shown where something was written. */
import { RpcError } from '../../preload/contract/rpc.ts';
import type { Handlers, HostServices } from './services.ts';

export const filesHandlers = ({ native, files }: HostServices): Handlers<'files'> => ({
  async 'files.pick'({ title, extensions, kind }) {
    if (!native) throw new RpcError('no_dialogs', 'This host has no file dialogs; upload the file instead.');
    const path = await native.pickPath(title, extensions, kind);
    return path === null ? null : files.add(path);
  },
  'files.folder': ({ name }) => files.addFolder(name),
  async 'files.show'({ fileId }) {
    if (!native?.showPath) throw new RpcError('no_windows', 'This host opens no windows of the system.');
    await native.showPath(files.get(fileId).path);
    return { ok: true };
  },
});
