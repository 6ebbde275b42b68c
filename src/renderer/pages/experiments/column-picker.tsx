/** Which columns the runs table has: its own, options of the configs, metrics. */
import { IconColumns } from '@tabler/icons-react';
import { CheckPicker } from '../../components/check-picker.tsx';
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
  return (
    <CheckPicker
      button="Columns"
      icon={<IconColumns />}
      title="Columns of the table"
      find="Find a column"
      placeholder="Find an option or a metric"
      nothing="No column has this name."
      reset="As at first"
      position="bottom-end"
      className="pl-column-picks"
      groups={[
        {
          title: 'Columns',
          entries: RUN_COLUMNS.map(({ id, head }) => ({ id, name: String(head), disabled: id === FIXED })),
        },
        { title: 'Options', entries: options.map((name) => ({ id: `option:${name}`, name })) },
        { title: 'Metrics', entries: metrics.map((name) => ({ id: `metric:${name}`, name })) },
      ]}
      chosen={chosen}
      onChange={onChange}
    />
  );
}
