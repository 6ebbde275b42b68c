/** Which columns the runs table has: its own, options of the configs, metrics. */
import { Button, Checkbox, Popover, TextInput } from '@mantine/core';
import { IconColumns, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { RUN_COLUMNS } from './run-columns.tsx';

export interface ColumnPickerProps {
  /** Ids, in the order of the table. */
  readonly chosen: readonly string[];
  readonly options: readonly string[];
  readonly metrics: readonly string[];
  readonly onChange: (columns: readonly string[] | null) => void;
}

/** The name of a run always stands first. */
const FIXED = 'run';

export function ColumnPicker({ chosen, options, metrics, onChange }: ColumnPickerProps) {
  const [asked, setAsked] = useState('');
  const groups = [
    { title: 'Columns', ids: RUN_COLUMNS.map(({ id, head }) => [id, String(head)] as const) },
    { title: 'Options', ids: options.map((key) => [`option:${key}`, key] as const) },
    { title: 'Metrics', ids: metrics.map((name) => [`metric:${name}`, name] as const) },
  ];
  const toggle = (id: string, on: boolean) => onChange(on ? [...chosen, id] : chosen.filter((each) => each !== id));
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button variant="subtle" leftSection={<IconColumns />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns of the table">
        <TextInput
          aria-label="Find a column"
          placeholder="Find an option or a metric"
          leftSection={<IconSearch />}
          value={asked}
          onChange={(event) => setAsked(event.currentTarget.value)}
        />
        <div className="pl-column-picks">
          {groups.map(({ title, ids }) => {
            const found = ids.filter(([, name]) => name.toLowerCase().includes(asked.toLowerCase()));
            return found.length === 0 ? null : (
              <fieldset key={title} aria-label={title}>
                <p className="pl-caption">{title}</p>
                {found.map(([id, name]) => (
                  <Checkbox
                    key={id}
                    label={name}
                    checked={chosen.includes(id)}
                    disabled={id === FIXED}
                    onChange={(event) => toggle(id, event.currentTarget.checked)}
                  />
                ))}
              </fieldset>
            );
          })}
        </div>
        <Button variant="subtle" onClick={() => onChange(null)}>
          As at first
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
