/** Settings of the window: theme, smoothing, keys. Kept in this browser or desktop profile. */
import { SegmentedControl, Slider, Switch, useMantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import { ShortcutTable } from '../../components/shortcut-list.tsx';
import { useSettings } from '../../settings.ts';
import { setSingleKeys, singleKeysOn } from '../../shortcuts.ts';
import { Section, Setting } from './section.tsx';

export function Appearance() {
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

export function Shortcuts() {
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
