/** Versions of a dataset as the tree of what was made from what, and what can be done with them. A version never changes. */
import { ActionIcon, Button } from '@mantine/core';
import { IconArrowsDiff, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { ago, dateTime, MISSING, whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, DerivedVersion, LineageNode, VersionSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Tag } from '../../components/labels.tsx';
import { ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { DeleteVersion } from './delete-version.tsx';
import { NewVersion } from './new-version.tsx';
import { RepeatCheck } from './repeat-check.tsx';
import { VersionDiff } from './version-diff.tsx';

export interface VersionsTabProps {
  readonly dataset: DatasetSummary;
  readonly shown: VersionSummary;
  readonly onShow: (id: string) => void;
  readonly onMade: (made: readonly DerivedVersion[]) => void;
}

type Known = LineageNode & { readonly id: string };
const isKnown = (node: LineageNode): node is Known => node.id !== null;

/** The version above in the tree. */
const parentOf = (nodes: readonly LineageNode[], at: number): LineageNode | undefined =>
  nodes.slice(0, at).findLast(({ depth }) => depth === nodes[at].depth - 1);

interface RowProps extends Pick<VersionsTabProps, 'dataset' | 'shown' | 'onShow'> {
  readonly node: LineageNode;
  readonly parent: LineageNode | undefined;
  readonly onCompare: (before: string, after: string) => void;
  readonly onDelete: (node: Known) => void;
}

function Name({ node, dataset, onShow }: Pick<RowProps, 'node' | 'dataset' | 'onShow'>) {
  const label = node.datasetId === dataset.id ? `v${node.number}` : `${node.dataset} v${node.number}`;
  if (!isKnown(node)) return <span className="pl-3">{label}</span>;
  if (node.datasetId !== dataset.id)
    return (
      <Link href={`/datasets/${node.datasetId}/versions`} className="pl-link">
        {label}
      </Link>
    );
  return (
    <button type="button" className="pl-link" onClick={() => onShow(node.id)}>
      {label}
    </button>
  );
}

function Row({ node, parent, dataset, shown, onShow, onCompare, onDelete }: RowProps) {
  const [before, after] = [parent?.id, node.id];
  return (
    <tr>
      <td style={{ paddingLeft: 12 + 18 * node.depth }} className="pl-nowrap">
        {node.depth > 0 && <span className="pl-3">└ </span>}
        <Name node={node} dataset={dataset} onShow={onShow} /> {node.id === shown.id && <Tag tone="accent">shown</Tag>}
      </td>
      <td style={{ whiteSpace: 'normal' }}>{node.recipe}</td>
      <td className="end">{node.rows === null ? MISSING : whole(node.rows)}</td>
      <td className="pl-2 cut" title={node.createdAt === null ? undefined : dateTime(node.createdAt)}>
        {node.createdAt === null ? MISSING : ago(node.createdAt)}
      </td>
      <td>
        <code>{node.contentHash.slice(0, 8)}</code>
      </td>
      <td className="cut" title={node.runs.join(', ')}>
        {node.runs.length === 0 ? <span className="pl-3">{MISSING}</span> : node.runs.join(', ')}
      </td>
      <td className="pl-row-actions">
        {isKnown(node) && parent && <RepeatCheck versionId={node.id} number={node.number} />}
        {before && after && (
          <ActionIcon
            variant="subtle"
            aria-label={`Compare ${node.dataset} v${node.number} with what it was made from`}
            onClick={() => onCompare(before, after)}
          >
            <IconArrowsDiff />
          </ActionIcon>
        )}
        {isKnown(node) && node.datasetId === dataset.id && dataset.versions.length > 1 && (
          <ActionIcon variant="subtle" aria-label={`Delete v${node.number}`} onClick={() => onDelete(node)}>
            <IconTrash />
          </ActionIcon>
        )}
      </td>
    </tr>
  );
}

const HEADS = ['Version', 'What made it', 'Rows', 'Made', 'Content', 'Used by'] as const;

export function VersionsTab({ dataset, shown, onShow, onMade }: VersionsTabProps) {
  const lineage = useCall('versions.lineage', { datasetId: dataset.id }, { fresh: true });
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState<Known | null>(null);
  const [compared, setCompared] = useState<{ before: string; after: string } | null>(null);
  const nodes = lineage.data ?? [];
  return (
    <Content label="Versions">
      <div className="pl-toolbar">
        <p className="pl-caption">
          A version never changes. What is made from it is a new one, whose recipe gives the same rows again.
        </p>
        <span className="pl-grow" />
        <Button leftSection={<IconPlus />} onClick={() => setMaking(true)}>
          New version
        </Button>
      </div>
      {lineage.isPending && <SkeletonLines count={4} />}
      {lineage.isError && (
        <ErrorState error={lineage.error} what="The versions could not be read" onRetry={() => lineage.refetch()} />
      )}
      {lineage.data && (
        <div className="pl-card flush">
          <table className="pl-table pl-versions" aria-label="Versions">
            <thead>
              <tr>
                {HEADS.map((head) => (
                  <th key={head} scope="col" className={head === 'Rows' ? 'end' : undefined}>
                    {head}
                  </th>
                ))}
                <th scope="col">
                  <span className="pl-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {nodes.map((node, at) => (
                <Row
                  key={`${node.dataset} ${node.number} ${node.contentHash}`}
                  node={node}
                  parent={parentOf(nodes, at)}
                  dataset={dataset}
                  shown={shown}
                  onShow={onShow}
                  onCompare={(before, after) => setCompared({ before, after })}
                  onDelete={setDeleting}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {compared && (
        <VersionDiff key={`${compared.before} ${compared.after}`} {...compared} onClose={() => setCompared(null)} />
      )}
      {making && (
        <NewVersion
          dataset={dataset}
          version={shown}
          onMade={(made) => {
            setMaking(false);
            onMade(made);
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {deleting && <DeleteVersion dataset={dataset} node={deleting} onClose={() => setDeleting(null)} />}
    </Content>
  );
}
