/** What a comparison leaves as files: a report of its own, and its table; each chart has PNG, SVG and CSV in its menu. */
import { Button, Menu } from '@mantine/core';
import { IconDownload, IconFileText, IconTable } from '@tabler/icons-react';
import type { CompareRow, CompareSet, CompareView } from '../../../preload/contract/index.ts';
import { fileName, saveFile } from '../../components/save-file.ts';
import { useAction } from '../../host.ts';
import { tableCsv } from './table.tsx';

export interface ExportMenuProps {
  readonly name: string;
  readonly set: CompareSet;
  readonly view: CompareView;
  readonly rows: readonly CompareRow[] | undefined;
  readonly onError: (error: Error | null) => void;
}

export function ExportMenu({ name, set, view, rows, onError }: ExportMenuProps) {
  const report = useAction('compare.report');
  const writeReport = () =>
    report.mutate(
      { name, view },
      {
        onSuccess: (file) => {
          onError(null);
          saveFile(file.name, file.html, 'text/html');
        },
        onError,
      },
    );
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconDownload />} loading={report.isPending}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconFileText size={16} stroke={1.6} />} onClick={writeReport}>
          Report, one HTML file
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTable size={16} stroke={1.6} />}
          disabled={!rows}
          onClick={() => rows && saveFile(fileName(name, 'csv'), tableCsv(set, rows), 'text/csv')}
        >
          Final values, CSV
        </Menu.Item>
        <Menu.Label>Charts: PNG, SVG and CSV in their own menus</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
