/** Threads of training and generation, and what this computer is. */
import { NumberInput, Slider } from '@mantine/core';
import { useState } from 'react';
import { bytes, counted } from '../../../charts/numbers.ts';
import type { SystemInfo, WorkspaceSettings } from '../../../preload/contract/index.ts';
import { Facts } from '../../components/figures.tsx';
import { useChange } from './change.ts';
import { Section, Setting } from './section.tsx';

function Threads({ settings }: { settings: WorkspaceSettings }) {
  const { cores } = settings;
  const kept = settings.threads === 0 ? cores : Math.min(settings.threads, cores);
  const [drawn, setDrawn] = useState(kept);
  const { run, error } = useChange('settings.setThreads');
  // all of them is kept as "all", so that it stays so on a computer with more
  const keep = (value: number) => {
    setDrawn(value);
    run({ threads: value === cores ? 0 : value });
  };
  return (
    <Setting
      title="Threads"
      help={
        error ? (
          <span className="pl-danger" role="alert">
            {error.message}
          </span>
        ) : (
          `Training and generation together; runs that begin from now on. This computer has ${cores}.`
        )
      }
    >
      <div className="pl-row">
        {cores > 1 && (
          <Slider
            w={160}
            min={1}
            max={cores}
            step={1}
            value={drawn}
            label={null}
            thumbLabel="Threads"
            onChange={setDrawn}
            onChangeEnd={keep}
          />
        )}
        <NumberInput
          aria-label="Number of threads"
          w={64}
          min={1}
          max={cores}
          clampBehavior="strict"
          allowDecimal={false}
          value={drawn}
          onChange={(value) => typeof value === 'number' && value >= 1 && value <= cores && keep(value)}
        />
      </div>
    </Setting>
  );
}

export function Compute({ settings, info }: { settings: WorkspaceSettings; info: SystemInfo }) {
  return (
    <Section id="compute">
      <Threads settings={settings} />
      <Facts
        rows={[
          ['Processor', `${info.cpu}, ${counted(info.threads, 'thread')}`],
          ['Memory', bytes(info.memoryBytes)],
        ]}
      />
    </Section>
  );
}
