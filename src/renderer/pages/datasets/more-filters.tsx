/** The dialog of filters by value: lengths, margins and scores as ranges, names as they occur in the version. */
import { Button, NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import { compact, whole } from '../../../charts/numbers.ts';
import type { PairFacets, PairQuery, ValueRange } from '../../../preload/contract/index.ts';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import type { FilterProps } from './pair-filters.tsx';
import { rangeOf } from './pair-query.ts';

type RangeFilter = 'length' | 'margin' | 'score';
type NameFilter = 'annotator' | 'split' | 'dataTag';
type Values = Pick<PairQuery, RangeFilter | NameFilter>;

const asNumber = (value: string | number): number | undefined => (typeof value === 'number' ? value : undefined);

interface RangeProps {
  readonly title: string;
  readonly help: string;
  readonly value: ValueRange | undefined;
  readonly onChange: (range: ValueRange | undefined) => void;
}

function Range({ title, help, value, onChange }: RangeProps) {
  return (
    <fieldset className="pl-range">
      <legend className="pl-strong">{title}</legend>
      <NumberInput
        aria-label={`${title}, at least`}
        placeholder="at least"
        value={value?.least ?? ''}
        onChange={(next) => onChange(rangeOf(asNumber(next), value?.most))}
      />
      <NumberInput
        aria-label={`${title}, at most`}
        placeholder="at most"
        value={value?.most ?? ''}
        onChange={(next) => onChange(rangeOf(value?.least, asNumber(next)))}
      />
      <span className="pl-caption">{help}</span>
    </fieldset>
  );
}

function Name(props: {
  label: string;
  names: PairFacets['tags'];
  value: string | undefined;
  onChange: (name: string | undefined) => void;
}) {
  const { label, names, value, onChange } = props;
  if (names.length === 0) return null;
  return (
    <Select
      label={label}
      placeholder="any"
      clearable
      searchable
      data={names.map(({ name, count }) => ({ value: name, label: `${name} (${whole(count)})` }))}
      value={value ?? null}
      onChange={(name) => onChange(name ?? undefined)}
      clearButtonProps={{ 'aria-label': `Clear ${label.toLowerCase()}` }}
    />
  );
}

const between = (range: { lowest: number; highest: number }): string =>
  `${compact(range.lowest)} to ${compact(range.highest)} here`;

function Fields({
  facets,
  values,
  onChange,
}: {
  facets: PairFacets;
  values: Values;
  onChange: (next: Values) => void;
}) {
  const set =
    <Key extends keyof Values>(key: Key) =>
    (value: Values[Key]) =>
      onChange({ ...values, [key]: value });
  return (
    <>
      {facets.longest !== null && (
        <Range
          title="Characters of the longest answer"
          help={`up to ${whole(facets.longest)} here`}
          value={values.length}
          onChange={set('length')}
        />
      )}
      {facets.margin && (
        <Range title="Margin" help={between(facets.margin)} value={values.margin} onChange={set('margin')} />
      )}
      {facets.score && (
        <Range
          title="Score of the chosen answer"
          help={between(facets.score)}
          value={values.score}
          onChange={set('score')}
        />
      )}
      <Name label="Annotator" names={facets.annotators} value={values.annotator} onChange={set('annotator')} />
      <Name label="Tag" names={facets.tags} value={values.dataTag} onChange={set('dataTag')} />
      <Name label="Split" names={facets.splits} value={values.split} onChange={set('split')} />
    </>
  );
}

export function MoreFilters({ versionId, query, onQuery, onClose }: FilterProps & { readonly onClose: () => void }) {
  const facets = useCall('versions.facets', { versionId });
  const { length, margin, score, annotator, split, dataTag } = query;
  const [values, setValues] = useState<Values>({ length, margin, score, annotator, split, dataTag });
  const apply = () => {
    onQuery((was) => ({ ...was, ...values }));
    onClose();
  };
  return (
    <Dialog onClose={onClose} title="Filter rows" size={520}>
      <div className="pl-new-version">
        {facets.isPending && <SkeletonLines count={5} />}
        {facets.isError && (
          <ErrorState error={facets.error} what="The values could not be read" onRetry={() => facets.refetch()} />
        )}
        {facets.data && <Fields facets={facets.data} values={values} onChange={setValues} />}
        <div className="pl-row pl-ends">
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="filled" onClick={apply}>
            Apply filters
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
