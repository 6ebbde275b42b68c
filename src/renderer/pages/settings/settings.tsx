/** Settings: appearance, keys, and what this computer and program are. Saved as changed. */

import { SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { Card } from '../../components/card.tsx';
import { Content } from '../../components/content.tsx';
import { Facts } from '../../components/figures.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ShortcutTable } from '../../components/shortcut-list.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { bytes } from '../../numbers.ts';
import { setSingleKeys, singleKeysOn } from '../../shortcuts.ts';

function Setting({ title, help, children }: { title: string; help: string; children: ReactNode }) {
  return (
    <div className="pl-param">
      <div className="pl-param-text">
        <p className="pl-strong">{title}</p>
        <p className="pl-caption">{help}</p>
      </div>
      {children}
    </div>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [keys, setKeys] = useState(singleKeysOn);
  return (
    <Card title="Appearance">
      <Setting title="Theme" help="Auto follows the system.">
        <SegmentedControl
          aria-label="Theme"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: 'auto', label: 'Auto' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </Setting>
      <Setting title="Single-key shortcuts" help="N, G then a letter, J and K. Keys with Ctrl stay on.">
        <Switch
          aria-label="Single-key shortcuts"
          checked={keys}
          onChange={(event) => {
            setSingleKeys(event.currentTarget.checked);
            setKeys(event.currentTarget.checked);
          }}
        />
      </Setting>
    </Card>
  );
}

function Computer() {
  const info = useCall('system.info', {});
  if (info.isPending) return <SkeletonLines count={4} />;
  if (info.isError)
    return <ErrorState error={info.error} what="This computer could not be read" onRetry={() => info.refetch()} />;
  const { data } = info;
  return (
    <>
      <Card title="Compute">
        <Facts
          rows={[
            ['Processor', data.cpu],
            ['Threads', String(data.threads)],
            ['Memory', bytes(data.memoryBytes)],
          ]}
        />
      </Card>
      <Card title="Storage">
        <Facts rows={[['Workspace', data.workspace]]} />
        <p className="pl-caption">Nothing is written outside the workspace.</p>
      </Card>
      <Card title="About">
        <Facts
          rows={[
            ['Plumbline', data.version],
            ['Runs in', data.host === 'desktop' ? 'the desktop app' : 'the browser'],
            ['onnxruntime', data.onnxruntimeVersion],
            ['Node', data.nodeVersion],
            data.electronVersion === null ? null : ['Electron', data.electronVersion],
            ['Platform', data.platform],
          ]}
        />
      </Card>
    </>
  );
}

export function SettingsPage() {
  return (
    <>
      <PageHeader
        title="Settings"
        facts={
          <span className="pl-row pl-caption">
            <IconCheck size={14} aria-hidden="true" /> Changes are saved as you make them
          </span>
        }
      />
      <Content label="Settings">
        <div style={{ maxWidth: 820, display: 'grid', gap: 12 }}>
          <Appearance />
          <Computer />
          <Card title="Shortcuts">
            <ShortcutTable />
          </Card>
        </div>
      </Content>
    </>
  );
}
