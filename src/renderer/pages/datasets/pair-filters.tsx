/** The bar above the pair table: search, active filters as tags, and the menu that adds them. */
import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconPlus, IconSearch, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { DatasetKind, PairQuery } from '../../../preload/contract/index.ts';
import { KeyCap } from '../../components/labels.tsx';
import { useCall } from '../../host.ts';
import { useKeys } from '../../shortcuts.ts';
import { MoreFilters } from './more-filters.tsx';
import {
  activeFilters,
  FIELD_WORDS,
  searchFieldsOf,
  TAG_WORDS,
  tagsOf,
  toggleTag,
  withoutFilter,
} from './pair-query.ts';

function ActiveFilter({ word, onRemove }: { word: string; onRemove: () => void }) {
  return (
    <button
      type="button"
      className="pl-tag pl-filter"
      data-tone="accent"
      aria-label={`Remove filter: ${word}`}
      onClick={onRemove}
    >
      {word} <IconX size={14} stroke={1.7} aria-hidden="true" />
    </button>
  );
}

export interface FilterProps {
  readonly versionId: string;
  readonly kind: DatasetKind;
  readonly query: PairQuery;
  /** The change is applied to the question of that moment. */
  readonly onQuery: (change: (was: PairQuery) => PairQuery) => void;
}

function FilterMenu({ versionId, kind, query, onQuery }: FilterProps) {
  const [opened, setOpened] = useState(false);
  const [more, setMore] = useState(false);
  useKeys({ F: () => setOpened(true) });
  const fields = searchFieldsOf(kind).filter((field) => field !== query.searchIn);
  const tags = tagsOf(kind).filter((tag) => !query.tags.includes(tag));
  return (
    <>
      <Menu opened={opened} onChange={setOpened} position="bottom-start" width={200}>
        <Menu.Target>
          <Button variant="subtle" leftSection={<IconPlus />} rightSection={<KeyCap>F</KeyCap>}>
            Filter
          </Button>
        </Menu.Target>
        <Menu.Dropdown aria-label="Filters">
          <Menu.Label>Rows that are</Menu.Label>
          {tags.map((tag) => (
            <Menu.Item key={tag} onClick={() => onQuery((was) => toggleTag(was, tag))}>
              {TAG_WORDS[tag]}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => setMore(true)}>Length, margin, annotator, tag …</Menu.Item>
          {fields.length > 0 && <Menu.Label>Search only</Menu.Label>}
          {fields.map((field) => (
            <Menu.Item key={field} onClick={() => onQuery((was) => ({ ...was, searchIn: field }))}>
              {FIELD_WORDS[field]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {more && (
        <MoreFilters versionId={versionId} kind={kind} query={query} onQuery={onQuery} onClose={() => setMore(false)} />
      )}
    </>
  );
}

/** Keys pressed within this time are one question. */
const TYPING_MS = 200;

function Search({ query, onQuery }: Pick<FilterProps, 'query' | 'onQuery'>) {
  const [text, setText] = useState(query.search);
  const ask = useDebouncedCallback((search: string) => onQuery((was) => ({ ...was, search })), TYPING_MS);
  const type = (search: string) => {
    setText(search);
    ask(search);
  };
  return (
    <TextInput
      data-search=""
      aria-label="Search texts"
      placeholder="Search texts"
      leftSection={<IconSearch />}
      rightSection={
        text === '' ? (
          <KeyCap>/</KeyCap>
        ) : (
          <ActionIcon aria-label="Clear search" size={22} onClick={() => type('')}>
            <IconX />
          </ActionIcon>
        )
      }
      maxLength={200}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && type('')}
      w={230}
    />
  );
}

/** What a check of the version's report is called. */
function useCheckTitle(versionId: string, check: string | undefined): (id: string) => string {
  const report = useCall('quality.report', { versionId }, { enabled: check !== undefined });
  return (id) => report.data?.findings.find((finding) => finding.id === id)?.title.toLowerCase() ?? id;
}

interface PairFiltersProps extends FilterProps {
  readonly count: string;
  readonly action?: ReactNode;
}

export function PairFilters({ versionId, kind, query, onQuery, count, action }: PairFiltersProps) {
  const checkTitle = useCheckTitle(versionId, query.check);
  return (
    <div className="pl-toolbar pl-pair-bar">
      <Search query={query} onQuery={onQuery} />
      {query.searchIn !== 'anywhere' && (
        <ActiveFilter
          word={FIELD_WORDS[query.searchIn]}
          onRemove={() => onQuery((was) => ({ ...was, searchIn: 'anywhere' }))}
        />
      )}
      {query.tags.map((tag) => (
        <ActiveFilter key={tag} word={TAG_WORDS[tag]} onRemove={() => onQuery((was) => toggleTag(was, tag))} />
      ))}
      {activeFilters(query, checkTitle).map(({ filter, word }) => (
        <ActiveFilter key={filter} word={word} onRemove={() => onQuery((was) => withoutFilter(was, filter))} />
      ))}
      <FilterMenu versionId={versionId} kind={kind} query={query} onQuery={onQuery} />
      <span className="pl-grow" />
      <span className="pl-2 pl-count" role="status">
        {count}
      </span>
      {action}
    </div>
  );
}
