/** What the import of a version read, accepted and refused. */
import type { UseQueryResult } from '@tanstack/react-query';
import { counted, whole } from '../../../charts/numbers.ts';
import type { ImportReport } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Content } from '../../components/content.tsx';
import { Facts, Figure } from '../../components/figures.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { RefusedTable } from './refused-table.tsx';

function Report({ report }: { report: ImportReport }) {
  const { rowsRead, rowsAccepted, refusedTotal, refused } = report;
  return (
    <>
      <div className="pl-report">
        <Card title="Rows">
          <Figure value={whole(rowsAccepted)} unit="accepted" />
          <p className="pl-caption">
            {counted(rowsRead, 'row')} read = {whole(rowsAccepted)} accepted + {whole(refusedTotal)} refused
          </p>
        </Card>
        <Card title="What they are">
          <Facts
            rows={[
              ['Format', report.format],
              report.pairs > 0 ? ['Pairs', whole(report.pairs)] : null,
              report.unpaired > 0 ? ['Single answers with a mark', whole(report.unpaired)] : null,
              ['Prompts', whole(report.prompts)],
              ['Ties', whole(report.ties)],
              ['Exact duplicates', `${whole(report.duplicates)} kept`],
              ['Identical answers', `${whole(report.identical)} refused`],
            ]}
          />
        </Card>
      </div>
      {refusedTotal === 0 ? (
        <p className="pl-2">Every row was accepted.</p>
      ) : (
        <Card
          flush
          title={`${counted(refusedTotal, 'refused row')}`}
          note={
            refusedTotal > refused.length
              ? `the first ${whole(refused.length)} are kept`
              : 'they are not in the dataset'
          }
        >
          <RefusedTable rows={refused} label="Refused rows" />
        </Card>
      )}
    </>
  );
}

export function ReportTab({ report, recipe }: { report: UseQueryResult<ImportReport | null, Error>; recipe: string }) {
  return (
    <Content label="Import report">
      {report.isPending && <SkeletonLines count={8} />}
      {report.isError && (
        <ErrorState error={report.error} what="The report could not be read" onRetry={() => report.refetch()} />
      )}
      {report.data === null && (
        <EmptyState title="This version was not imported.">It was made otherwise: {recipe}.</EmptyState>
      )}
      {report.data && <Report report={report.data} />}
    </Content>
  );
}
