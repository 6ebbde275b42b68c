/** Contract namespace `quickstart`: the guided comparison of methods on a built-in task. */
import { RpcError } from '../../preload/contract/rpc.ts';
import type { Handlers } from './services.ts';

export const quickstartHandlers = (): Handlers<'quickstart'> => ({
  'quickstart.start'() {
    throw new RpcError('not_available', 'The quickstart is not part of this version yet.');
  },
});
