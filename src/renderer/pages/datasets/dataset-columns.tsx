/** Columns of the table of datasets, and its order. */
import { Link } from 'wouter';
import { ago, MISSING, percent, whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, VersionSummary } from '../../../preload/contract/index.ts';
import type { Column, Sort } from '../../components/data-table.tsx';
import { KIND_WORDS } from './chat-text.ts';

/** The version with the highest number. */
export const latest = (dataset: DatasetSummary): VersionSummary | undefined =>
  dataset.versions.reduce<VersionSummary | undefined>(
    (best, each) => (best && best.number > each.number ? best : each),
    undefined,
  );

const Missing = () => <span className="pl-3">{MISSING}</span>;

/** Two lengths, "207 / 181", chosen and rejected in their colours; one where there is one. */
export function Lengths({ chosen, rejected }: { chosen: number | null; rejected: number | null }) {
  if (chosen === null && rejected === null) return <Missing />;
  if (rejected === null) return whole(chosen);
  return (
    <span className="pl-nowrap">
      <span className="pl-chosen">{whole(chosen)}</span> <span className="pl-3">/</span>{' '}
      <span className="pl-rejected">{whole(rejected)}</span>
    </span>
  );
}

export const MedianLength = ({ dataset }: { dataset: DatasetSummary }) => (
  <Lengths chosen={dataset.medianChosenChars} rejected={dataset.medianRejectedChars} />
);

interface DatasetColumn extends Column<DatasetSummary> {
  readonly value: (dataset: DatasetSummary) => string | number | null;
}

const DATASET_COLUMNS: readonly DatasetColumn[] = [
  {
    id: 'name',
    head: 'Name',
    width: 'minmax(140px, 1fr)',
    value: (dataset) => dataset.name,
    title: (dataset) => dataset.name,
    cell: (dataset) => (
      <Link href={`/datasets/${dataset.id}`} className="pl-name" tabIndex={-1}>
        {dataset.name} <span className="pl-3">{latest(dataset) ? `v${latest(dataset)?.number}` : ''}</span>
      </Link>
    ),
  },
  {
    id: 'kind',
    head: 'Kind',
    width: '78px',
    value: (dataset) => dataset.kind,
    cell: (dataset) => <span className="pl-2">{KIND_WORDS[dataset.kind]}</span>,
  },
  {
    id: 'rows',
    head: 'Rows',
    width: '74px',
    end: true,
    value: (dataset) => dataset.rows,
    cell: (dataset) => whole(dataset.rows),
  },
  {
    id: 'ties',
    head: 'Ties',
    width: '54px',
    end: true,
    value: (dataset) => dataset.ties,
    cell: (dataset) => (dataset.kind === 'preference' ? whole(dataset.ties) : <Missing />),
  },
  {
    id: 'length',
    head: 'Median length',
    width: '110px',
    end: true,
    value: (dataset) => dataset.medianChosenChars,
    cell: (dataset) => <MedianLength dataset={dataset} />,
  },
  {
    id: 'longer',
    head: 'Length-only',
    width: '92px',
    end: true,
    value: (dataset) => dataset.longerChosenShare,
    cell: (dataset) => (dataset.longerChosenShare === null ? <Missing /> : percent(dataset.longerChosenShare)),
  },
  {
    id: 'added',
    head: 'Added',
    width: '98px',
    end: true,
    value: (dataset) => dataset.createdAt,
    cell: (dataset) => <span className="pl-2">{ago(dataset.createdAt)}</span>,
  },
];

export const COLUMNS = DATASET_COLUMNS.map((column) => ({ ...column, sortable: true }));

/** In the order of a column; what has no value comes last. */
export function sorted(datasets: readonly DatasetSummary[], sort: Sort | null): readonly DatasetSummary[] {
  const value = DATASET_COLUMNS.find((column) => column.id === sort?.column)?.value;
  if (!value || !sort) return datasets;
  return [...datasets].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
    return sort.descending ? -order : order;
  });
}
