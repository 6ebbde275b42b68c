/** Settings: what the program may use, where it keeps things, whom it asks, how it looks. Saved as changed. */
import { IconCheck } from '@tabler/icons-react';
import type { SystemInfo } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Facts } from '../../components/figures.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { Appearance, Shortcuts } from './appearance.tsx';
import { Compute } from './compute.tsx';
import { Hub } from './hub.tsx';
import { Judges } from './judges.tsx';
import { Section, SectionList } from './section.tsx';
import './settings.css';
import { Storage } from './storage.tsx';

function Privacy() {
  return (
    <Section id="privacy">
      <p className="pl-2">
        Data, models and runs stay on this computer. The network is asked only where you ask for it: a model of the hub
        when you import one, a judge when a run or a comparison uses it. Links to papers open in your browser.
      </p>
    </Section>
  );
}

function About({ info }: { info: SystemInfo }) {
  return (
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
  );
}

export function SettingsPage() {
  const info = useCall('system.info', {});
  const settings = useCall('settings.get', {});
  const error = info.error ?? settings.error;
  const waiting = !error && !(info.data && settings.data);
  const retry = () => Promise.all([info.refetch(), settings.refetch()]);
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
            {error && <ErrorState error={error} what="The settings could not be read" onRetry={() => void retry()} />}
            {info.data && settings.data && (
              <>
                <Compute settings={settings.data} info={info.data} />
                <Storage settings={settings.data} info={info.data} />
                <Judges settings={settings.data} />
                <Hub settings={settings.data} />
              </>
            )}
            {/* what needs no host waits for what stands above it, which would push it down */}
            {waiting ? (
              <SkeletonLines count={8} />
            ) : (
              <>
                <Appearance />
                <Shortcuts />
                <Privacy />
                {info.data && <About info={info.data} />}
              </>
            )}
          </div>
        </Content>
      </div>
    </>
  );
}
