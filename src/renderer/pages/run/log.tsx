/** The log of a run: as a tab, and its last lines beside the charts. */
import { Button, SegmentedControl } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { clock, counted } from '../../../charts/numbers.ts';
import type { LogLine } from '../../../preload/contract/index.ts';
import { fileName, saveFile } from '../../components/save-file.ts';

/** The browser would lay out more lines than anybody reads. */
const MOST_SHOWN = 1000;

export const logText = (lines: readonly LogLine[]): string =>
  lines.map(({ at, level, text }) => `${at} ${level} ${text}\n`).join('');

export function LogLines({ lines }: { lines: readonly LogLine[] }) {
  if (lines.length === 0) return <p className="pl-2">Nothing has been logged yet.</p>;
  return (
    <ol className="pl-log">
      {lines.map((line) => (
        <li key={`${line.at} ${line.text}`} data-level={line.level}>
          <span className="pl-3">{clock(line.at)}</span>
          <span>
            {line.level !== 'info' && `${line.level}: `}
            {line.text}
          </span>
        </li>
      ))}
    </ol>
  );
}

export function LogTab({ name, lines }: { name: string; lines: readonly LogLine[] }) {
  const [level, setLevel] = useState('all');
  const chosen = level === 'all' ? lines : lines.filter((line) => line.level !== 'info');
  const shown = chosen.slice(-MOST_SHOWN);
  return (
    <>
      <div className="pl-toolbar">
        <SegmentedControl
          aria-label="Which lines"
          value={level}
          onChange={setLevel}
          data={[
            { value: 'all', label: 'All' },
            { value: 'problems', label: 'Warnings and errors' },
          ]}
        />
        <span className="pl-caption">
          {counted(chosen.length, 'line')}
          {chosen.length > shown.length && `, the last ${MOST_SHOWN} are shown`}
        </span>
        <span className="pl-grow" />
        <Button
          leftSection={<IconDownload />}
          onClick={() => saveFile(fileName(name, 'log'), logText(lines), 'text/plain')}
        >
          Export log
        </Button>
      </div>
      <LogLines lines={shown} />
    </>
  );
}
