/** The config of a run: every key, those that differ from the defaults marked, and as a config for TRL. */
import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import { shown } from '../../../charts/numbers.ts';
import type { RunDetail } from '../../../preload/contract/index.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Tag } from '../../components/labels.tsx';
import { type Field, fieldsOf, isChanged } from '../../components/params.ts';
import { useCall } from '../../host.ts';
import { hasTrlScript, trlConfig } from '../experiments/trl-config.ts';
import { PlannedAndMeasured } from './planned.tsx';

function ConfigRow({ name, value, field }: { name: string; value: unknown; field: Field | undefined }) {
  const changed = field !== undefined && isChanged(field, { [name]: value });
  return (
    <tr>
      <td className="pl-mono">{name}</td>
      <td className="pl-mono pl-wrap">{shown(value)}</td>
      <td className="pl-mono pl-3">{field ? shown(field.fallback) : ''}</td>
      <td>{changed && <Tag tone="accent">changed</Tag>}</td>
    </tr>
  );
}

export function ConfigTab({ run }: { run: RunDetail }) {
  const methods = useCall('catalogue.methods', {});
  const [view, setView] = useState('all');
  const fields = useMemo(() => {
    const method = methods.data?.find(({ id }) => id === run.method);
    return new Map((method ? fieldsOf(method.params) : []).map((field) => [field.key, field]));
  }, [methods.data, run.method]);
  const rows = Object.entries(run.config).filter(([key, value]) => {
    const field = fields.get(key);
    return view === 'all' || (field !== undefined && isChanged(field, { [key]: value }));
  });
  return (
    <div className="pl-form-width">
      <PlannedAndMeasured run={run} />
      <div className="pl-toolbar">
        <SegmentedControl
          aria-label="Which keys"
          value={view}
          onChange={setView}
          data={[
            { value: 'all', label: 'All' },
            { value: 'changed', label: 'Changed' },
          ]}
        />
        <span className="pl-grow" />
        {hasTrlScript(run.method) && <CopyButton text={() => trlConfig(run.config)}>Copy as TRL config</CopyButton>}
      </div>
      <div className="pl-card flush">
        <table className="pl-table dense" aria-label="Config">
          <thead>
            <tr>
              <th>Key</th>
              <th>Value</th>
              <th>Default</th>
              <th>
                <span className="pl-hidden">Changed</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([key, value]) => (
              <ConfigRow key={key} name={key} value={value} field={fields.get(key)} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
