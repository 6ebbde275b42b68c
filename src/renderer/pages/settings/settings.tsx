/** Settings: appearance, keys, and what this computer and program are. Saved as changed. */
import { SegmentedControl, Slider, Switch, useMantineColorScheme } from '@mantine/core';
import {
  IconCheck,
  IconCpu,
  IconFolder,
  IconInfoCircle,
  IconKeyboard,
  IconLock,
  IconPalette,
  type TablerIcon,
} from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { bytes } from '../../../charts/numbers.ts';
import type { SystemInfo } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Content } from '../../components/content.tsx';
import { Facts } from '../../components/figures.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ShortcutTable } from '../../components/shortcut-list.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { useSettings } from '../../settings.ts';
import { setSingleKeys, singleKeysOn } from '../../shortcuts.ts';
import './settings.css';

const SECTIONS: readonly (readonly [id: string, title: string, icon: TablerIcon])[] = [
  ['appearance', 'Appearance', IconPalette],
  ['shortcuts', 'Shortcuts', IconKeyboard],
  ['compute', 'Compute', IconCpu],
  ['storage', 'Storage', IconFolder],
  ['privacy', 'Privacy', IconLock],
  ['about', 'About', IconInfoCircle],
];

const sectionId = (id: string) => `settings-${id}`;

/** Moves to a section; the fragment of the address belongs to the router. */
function SectionList() {
  const show = (id: string) => {
    const section = document.getElementById(sectionId(id));
    section?.scrollIntoView({ block: 'start' });
    section?.focus({ preventScroll: true });
  };
  return (
    <nav className="pl-settings-list" aria-label="Sections">
      {SECTIONS.map(([id, title, Icon]) => (
        <button key={id} type="button" className="pl-nav-item" onClick={() => show(id)}>
          <Icon size={16} stroke={1.6} aria-hidden="true" />
          <span>{title}</span>
        </button>
      ))}
    </nav>
  );
}

function Section({ id, children }: { id: string; children: ReactNode }) {
  const [, title] = SECTIONS.find(([each]) => each === id) ?? [id, id];
  return (
    <div id={sectionId(id)} tabIndex={-1} className="pl-settings-section">
      <Card title={title}>{children}</Card>
    </div>
  );
}

function Setting({ title, help, children }: { title: string; help: string; children: ReactNode }) {
  return (
    <div className="pl-setting">
      <div>
        <p className="pl-strong">{title}</p>
        <p className="pl-caption">{help}</p>
      </div>
      {children}
    </div>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { smoothing, set } = useSettings();
  return (
    <Section id="appearance">
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
      <Setting
        title="Smoothing of curves"
        help="Weight of the past in the moving average. Evaluations are never smoothed."
      >
        <div className="pl-row">
          <Slider
            w={160}
            min={0}
            max={0.99}
            step={0.01}
            value={smoothing}
            onChange={(value) => set({ smoothing: value })}
            thumbLabel="Smoothing of curves"
          />
          <span className="pl-2">{smoothing.toFixed(2)}</span>
        </div>
      </Setting>
    </Section>
  );
}

function Shortcuts() {
  const [keys, setKeys] = useState(singleKeysOn);
  return (
    <Section id="shortcuts">
      <Setting title="Single-key shortcuts" help="N, G then a letter, J and K. Keys with Ctrl or Alt stay on.">
        <Switch
          aria-label="Single-key shortcuts"
          checked={keys}
          onChange={(event) => {
            setSingleKeys(event.currentTarget.checked);
            setKeys(event.currentTarget.checked);
          }}
        />
      </Setting>
      <ShortcutTable />
    </Section>
  );
}

function Computer({ info }: { info: SystemInfo }) {
  return (
    <>
      <Section id="compute">
        <Facts
          rows={[
            ['Processor', info.cpu],
            ['Threads', String(info.threads)],
            ['Memory', bytes(info.memoryBytes)],
          ]}
        />
      </Section>
      <Section id="storage">
        <Facts rows={[['Workspace', info.workspace]]} />
        <p className="pl-caption">The database, models and runs. Nothing is written outside of it.</p>
      </Section>
      <Section id="privacy">
        <p className="pl-2">
          Data, models and runs stay on this computer. This page talks to its own host alone; links to papers open in
          your browser.
        </p>
      </Section>
      <Section id="about">
        <Facts
          rows={[
            ['Plumbline', info.version],
            ['Runs in', info.host === 'desktop' ? 'the desktop app' : 'the browser'],
            ['onnxruntime', info.onnxruntimeVersion],
            ['Node', info.nodeVersion],
            info.electronVersion === null ? null : ['Electron', info.electronVersion],
            ['Platform', info.platform],
          ]}
        />
      </Section>
    </>
  );
}

export function SettingsPage() {
  const info = useCall('system.info', {});
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
      <div className="pl-columns">
        <SectionList />
        <Content label="Settings">
          <div className="pl-settings">
            <Appearance />
            <Shortcuts />
            {info.data && <Computer info={info.data} />}
            {info.isPending && <SkeletonLines count={4} />}
            {info.isError && (
              <ErrorState error={info.error} what="This computer could not be read" onRetry={() => info.refetch()} />
            )}
          </div>
        </Content>
      </div>
    </>
  );
}
