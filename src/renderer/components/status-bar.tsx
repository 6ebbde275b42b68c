/** The bar at the bottom: running work, and what the machine has left. */
import { IconPlugConnectedX } from '@tabler/icons-react';
import { Link } from 'wouter';
import { bytes, counted, duration, whole } from '../../charts/numbers.ts';
import { useCall, useLinkState } from '../host.ts';
import { useStatus } from '../status.ts';
import { Bar } from './figures.tsx';

const LINK_WORDS = {
  connecting: 'Connecting to the host',
  lost: 'The connection to the host was lost. Trying again; nothing that runs there stops.',
  refused: 'The host does not accept this page. Open the address that it printed, with its token.',
  open: '',
} as const;

function Running() {
  const { running, beside, queued } = useStatus();
  const asked = useCall('ratings.queues', {}).data?.find(({ runId }) => runId === running?.runId)?.waiting ?? 0;
  const others = [beside > 0 ? `${beside} more running` : '', queued > 0 ? `${queued} queued` : ''].filter(Boolean);
  const waiting = others.length > 0 ? <span className="pl-3">{others.join(', ')}</span> : null;
  if (!running)
    return (
      <>
        <span className="pl-3">Nothing is running</span>
        {waiting}
      </>
    );
  const left = running.secondsLeft === null ? '' : ` · ${duration(running.secondsLeft)} left`;
  return (
    <>
      <span className="pl-dot" aria-hidden="true" />
      <Link href={`/runs/${running.runId}`} className="pl-status-run">
        {running.name}
      </Link>
      <div className="pl-status-bar">
        <Bar value={running.step} of={running.maxSteps} label={`Progress of ${running.name}`} />
      </div>
      <span className="pl-2">
        {running.maxSteps === 0 ? 'reading the data' : `step ${whole(running.step)} of ${whole(running.maxSteps)}`}
        {asked > 0 ? ` · waits for ${counted(asked, 'rating')}` : left}
      </span>
      {waiting}
    </>
  );
}

/** Memory as "3.9 of 16 GB". */
function Machine() {
  const info = useCall('system.info', {});
  const { running, memoryUsedBytes } = useStatus();
  if (!info.data) return null;
  const used = memoryUsedBytes === null ? null : bytes(memoryUsedBytes);
  const cpu = running ? `CPU ${info.data.threads} threads` : 'CPU idle';
  return (
    <>
      <span>{cpu}</span>
      <span>
        memory {used ?? '–'} of {bytes(info.data.memoryBytes)}
      </span>
      <span>workspace: {info.data.workspace}</span>
    </>
  );
}

export function StatusBar() {
  const link = useLinkState();
  return (
    <footer className="pl-status" tabIndex={-1}>
      <div className="pl-status-left" role="status" aria-live="off">
        {link === 'open' ? (
          <Running />
        ) : (
          <span className="pl-row pl-danger">
            <IconPlugConnectedX size={14} aria-hidden="true" />
            {LINK_WORDS[link]}
          </span>
        )}
      </div>
      <div className="pl-status-right">
        <Machine />
      </div>
    </footer>
  );
}
