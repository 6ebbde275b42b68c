/** What differs between two versions: counts, and the rows that came, went and changed. */
import { Button, Select } from '@mantine/core';
import { useEffect, useState } from 'react';
import { counted, whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, RowDifference, VersionDifference } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Tag, type TagTone } from '../../components/labels.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { stream, useCall } from '../../host.ts';

const TONES: Readonly<Record<RowDifference['kind'], TagTone>> = {
  added: 'chosen',
  removed: 'rejected',
  changed: 'accent',
};

type Answer = { readonly state: 'asking' } | { readonly state: 'failed'; readonly error: Error } | VersionDifference;

function useDifference(before: string, after: string): Answer {
  const [answer, setAnswer] = useState<Answer>({ state: 'asking' });
  useEffect(() => {
    let live = true;
    setAnswer({ state: 'asking' });
    const handle = stream('versions.diff', { before, after }, () => undefined);
    handle.done.then(
      (found) => live && found && setAnswer(found),
      (error: Error) => live && setAnswer({ state: 'failed', error }),
    );
    return () => {
      live = false;
      handle.close();
    };
  }, [before, after]);
  return answer;
}

function Rows({ found }: { found: VersionDifference }) {
  const all = found.added + found.removed + found.changed;
  if (all === 0) return <p className="pl-2 pl-pad">Both hold the same rows.</p>;
  return (
    <>
      <table className="pl-table pl-diff-rows" aria-label="Rows that differ">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" className="end">
              Before
            </th>
            <th scope="col" className="end">
              After
            </th>
            <th scope="col">Prompt</th>
            <th scope="col">Fields</th>
          </tr>
        </thead>
        <tbody>
          {found.rows.map(({ kind, before, after, fields, prompt }) => (
            <tr key={`${before} ${after}`}>
              <td>
                <Tag tone={TONES[kind]}>{kind}</Tag>
              </td>
              <td className="end pl-3">{before === null ? '' : whole(before + 1)}</td>
              <td className="end pl-3">{after === null ? '' : whole(after + 1)}</td>
              <td className="cut" title={prompt}>
                {prompt}
              </td>
              <td className="cut pl-2">{fields.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all > found.rows.length && (
        <p className="pl-caption pl-pad">
          The first {whole(found.rows.length)} of {whole(all)}. plumb datasets diff lists more.
        </p>
      )}
    </>
  );
}

/** Versions that another can be compared with, those of other datasets as well. */
function useVersions(): readonly { readonly value: string; readonly label: string }[] {
  const datasets = useCall('datasets.list', {});
  return (datasets.data ?? []).flatMap(({ name, versions }: DatasetSummary) =>
    versions.map(({ id, number }) => ({ value: id, label: `${name} v${number}` })),
  );
}

export function VersionDiff({ before, after, onClose }: { before: string; after: string; onClose: () => void }) {
  const [pair, setPair] = useState({ before, after });
  const versions = useVersions();
  const answer = useDifference(pair.before, pair.after);
  const select = (side: 'before' | 'after', label: string) => (
    <Select
      aria-label={label}
      data={[...versions]}
      value={pair[side]}
      allowDeselect={false}
      searchable
      onChange={(id) => id && setPair((was) => ({ ...was, [side]: id }))}
      w={190}
    />
  );
  return (
    <Card
      flush
      title="Difference"
      note={
        'same' in answer
          ? `${counted(answer.same, 'row')} the same, ${whole(answer.added)} added, ${whole(answer.removed)} removed, ${whole(answer.changed)} changed`
          : undefined
      }
      action={<Button onClick={onClose}>Close</Button>}
    >
      <div className="pl-toolbar pl-pad">
        {select('before', 'Before')}
        <span className="pl-3">→</span>
        {select('after', 'After')}
      </div>
      {'state' in answer ? (
        answer.state === 'failed' ? (
          <ErrorState error={answer.error} what="The versions could not be compared" />
        ) : (
          <div className="pl-pad">
            <SkeletonLines count={5} />
          </div>
        )
      ) : (
        <Rows found={answer} />
      )}
    </Card>
  );
}
