/** The workspace's folder, what it takes of the disk, and backups of its database. */
import { Button } from '@mantine/core';
import { IconExternalLink, IconFolder } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { bytes, dateTime } from '../../../charts/numbers.ts';
import type { StorageUse, SystemInfo, WorkspaceSettings } from '../../../preload/contract/index.ts';
import { Legend } from '../../components/figures.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { call, useCall } from '../../host.ts';
import { Section, Setting } from './section.tsx';

/** From dark to light, the largest part first. */
const SHADES = ['s-5', 's-4', 's-3', 's-2', 's-1', 'line-strong'];

function Use({ use }: { use: StorageUse }) {
  const parts = use.parts.filter((part) => part.bytes > 0).sort((a, b) => b.bytes - a.bytes);
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  return (
    <div className="pl-setting pl-use">
      <p>
        <span className="pl-strong">{bytes(total)} used</span>{' '}
        <span className="pl-caption">{bytes(use.freeBytes)} free</span>
      </p>
      <div className="pl-use-bar" aria-hidden="true">
        {parts.map(({ what, bytes: size }, at) => (
          <span key={what} style={{ flex: size, background: `var(--pl-${SHADES[at]})` }} />
        ))}
      </div>
      <p className="pl-use-legend pl-2">
        {parts.map(({ what, bytes: size }, at) => (
          <Legend key={what} colour={SHADES[at]}>
            {what} {bytes(size)}
          </Legend>
        ))}
      </p>
    </div>
  );
}

function Backup({ use }: { use: StorageUse }) {
  const client = useQueryClient();
  const [state, setState] = useState<'idle' | 'working' | Error>('idle');
  const backUp = () => {
    setState('working');
    call('settings.backup', {}).then(
      (now) => {
        client.setQueryData(['settings.storage', {}], now);
        setState('idle');
      },
      (error: Error) => setState(error),
    );
  };
  const last = use.backup ? `${dateTime(use.backup.at)}, ${bytes(use.backup.bytes)}` : 'none yet';
  return (
    <Setting
      title="Backup of the database"
      help={
        state instanceof Error ? (
          <span className="pl-danger" role="alert">
            {state.message}
          </span>
        ) : (
          'Checked after writing. The last five are kept.'
        )
      }
    >
      <div className="pl-row">
        <span className="pl-2" aria-live="polite">
          {last}
        </span>
        <Button loading={state === 'working'} onClick={backUp}>
          Back up now
        </Button>
      </div>
    </Setting>
  );
}

export function Storage({ settings, info }: { settings: WorkspaceSettings; info: SystemInfo }) {
  const use = useCall('settings.storage', {}, { fresh: true });
  const [refused, setRefused] = useState<Error | null>(null);
  const { folder, folderFixed } = settings;
  return (
    <Section id="storage">
      <Setting
        title="Workspace folder"
        help={
          refused ? (
            <span className="pl-danger" role="alert">
              {refused.message}
            </span>
          ) : (
            `The database, models and runs; nothing is written outside of it. ${folderFixed ?? 'Another one opens after a restart; this one stays as it is.'}`
          )
        }
      >
        <div className="pl-row">
          <code className="pl-folder" title={folder}>
            {folder}
          </code>
          {info.capabilities.showsFolders && (
            <Button
              leftSection={<IconExternalLink />}
              onClick={() => call('settings.openWorkspace', {}).catch(setRefused)}
            >
              Open
            </Button>
          )}
          {folderFixed === null && (
            <Button leftSection={<IconFolder />} onClick={() => call('settings.changeWorkspace', {}).catch(setRefused)}>
              Change
            </Button>
          )}
        </div>
      </Setting>
      {use.data && <Use use={use.data} />}
      {use.data && <Backup use={use.data} />}
      {use.isPending && (
        <div className="pl-use-pending">
          <SkeletonLines count={4} />
        </div>
      )}
      {use.isError && (
        <ErrorState error={use.error} what="The folder could not be measured" onRetry={() => use.refetch()} />
      )}
    </Section>
  );
}
