/** Contract namespace `system`: the machine, and what runs now. */
import { cpus, platform, totalmem } from 'node:os';
import type { SystemInfo, SystemStatus } from '../../preload/contract/system.ts';
import { closed, type Handlers, type HostServices } from './services.ts';
import { onnxruntimeVersion, programVersion } from './version.ts';

const STATUS_MS = 1000;

export const systemHandlers = (services: HostServices): Handlers<'system'> => ({
  'system.info': () => systemInfo(services),
  async 'system.status'(_input, { emit, signal }) {
    let running: string | undefined;
    const send = () => {
      const status = systemStatus(services);
      running = status.running?.runId;
      emit(status);
    };
    send();
    const timer = setInterval(send, STATUS_MS);
    // a start or an end is told at once; steps wait for the second
    const remove = services.runner.onChange(() => {
      if (services.runner.status().running?.id !== running) send();
    });
    await closed(signal);
    clearInterval(timer);
    remove();
    return undefined;
  },
  async 'system.commands'(_input, { emit, signal }) {
    const remove = services.onCommand(emit);
    await closed(signal);
    remove();
    return undefined;
  },
});

export function systemInfo({
  kind,
  workspace,
  native,
}: Pick<HostServices, 'kind' | 'workspace' | 'native'>): SystemInfo {
  const processors = cpus();
  return {
    version: programVersion,
    host: kind,
    platform: platform(),
    cpu: processors[0]?.model.trim() || 'unknown',
    threads: processors.length,
    memoryBytes: totalmem(),
    nodeVersion: process.versions.node,
    electronVersion: process.versions.electron ?? null,
    onnxruntimeVersion,
    workspace: workspace.name,
    capabilities: { nativeDialogs: native !== undefined, showsFolders: native?.showPath !== undefined },
  };
}

function systemStatus({ runner }: HostServices): SystemStatus {
  const { running, beside, queued, memoryBytes } = runner.status();
  return {
    memoryUsedBytes: process.memoryUsage.rss() + memoryBytes,
    running: running && {
      runId: running.id,
      name: running.name,
      step: running.step,
      maxSteps: running.maxSteps,
      secondsLeft: running.secondsLeft,
      status: running.status,
    },
    beside,
    queued,
  };
}
