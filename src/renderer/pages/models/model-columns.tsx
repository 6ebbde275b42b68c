/** Columns of the models table: what they show, and by what they are sorted. */
import { Link } from 'wouter';
import { bytes, counted, MISSING } from '../../../charts/numbers.ts';
import type { ModelSummary } from '../../../preload/contract/index.ts';
import type { Column, Sort } from '../../components/data-table.tsx';
import { MethodMark } from '../../components/labels.tsx';
import { modelPath } from './lineage-list.tsx';
import { kindOf, markOf, parametersOf } from './model-words.ts';

interface ModelColumn extends Column<ModelSummary> {
  readonly value: (model: ModelSummary) => string | number | null;
}

const dash = (text: string) => (text === MISSING ? <span className="pl-3">{text}</span> : text);

function NameCell({ model }: { model: ModelSummary }) {
  return (
    <span className="pl-mark">
      <MethodMark method={markOf(model)} bare />
      <Link href={modelPath(model.name)} className="pl-name pl-ellipsis" tabIndex={-1}>
        {model.name}
      </Link>
    </span>
  );
}

const MODEL_COLUMNS: readonly ModelColumn[] = [
  {
    id: 'name',
    head: 'Name',
    width: 'minmax(150px, 2fr)',
    value: (model) => model.name,
    title: (model) => model.name,
    cell: (model) => <NameCell model={model} />,
  },
  {
    id: 'kind',
    head: 'Kind',
    width: 'minmax(122px, 1fr)',
    tone: 'pl-2',
    value: kindOf,
    title: kindOf,
    cell: kindOf,
  },
  {
    id: 'parameters',
    head: 'Parameters',
    width: '96px',
    end: true,
    value: (model) => model.adapter?.parameters ?? model.parameters,
    cell: parametersOf,
  },
  {
    id: 'size',
    head: 'Size',
    width: '74px',
    end: true,
    value: (model) => model.diskBytes,
    cell: (model) => dash(bytes(model.diskBytes)),
  },
  {
    id: 'licence',
    head: 'Licence',
    width: '92px',
    tone: 'pl-2',
    value: (model) => model.licence,
    title: (model) => model.licence ?? 'No card beside the model names a licence',
    cell: (model) => dash(model.licence ?? MISSING),
  },
  {
    id: 'used',
    head: 'Used by',
    width: '76px',
    end: true,
    tone: 'pl-2',
    value: (model) => model.usedBy,
    cell: (model) => (model.usedBy === 0 ? dash(MISSING) : counted(model.usedBy, 'run')),
  },
];

export const COLUMNS = MODEL_COLUMNS.map((column) => ({ ...column, sortable: true }));

/** In the order of a column; what has no value comes last. Without one: as the host lists them, the newest first. */
export function sorted(models: readonly ModelSummary[], sort: Sort | null): readonly ModelSummary[] {
  const value = MODEL_COLUMNS.find((column) => column.id === sort?.column)?.value;
  if (!value || !sort) return models;
  return [...models].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
    return sort.descending ? -order : order;
  });
}
