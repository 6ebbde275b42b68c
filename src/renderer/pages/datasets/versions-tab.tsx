/** Versions of a dataset: what made each of them. A version never changes. */

import { dateTime, whole } from '../../../charts/numbers.ts';
import type { DatasetSummary, VersionSummary } from '../../../preload/contract/index.ts';
import { Content } from '../../components/content.tsx';
import { Tag } from '../../components/labels.tsx';

export interface VersionsTabProps {
  readonly dataset: DatasetSummary;
  readonly shown: VersionSummary;
  readonly onShow: (id: string) => void;
}

export function VersionsTab({ dataset, shown, onShow }: VersionsTabProps) {
  const versions = [...dataset.versions].sort((a, b) => b.number - a.number);
  return (
    <Content label="Versions">
      <div className="pl-card flush">
        <table className="pl-table pl-versions" aria-label="Versions">
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">What made it</th>
              <th scope="col" className="end">
                Rows
              </th>
              <th scope="col">Made</th>
              <th scope="col">Content hash</th>
            </tr>
          </thead>
          <tbody>
            {versions.map((version) => (
              <tr key={version.id}>
                <td>
                  <button type="button" className="pl-link" onClick={() => onShow(version.id)}>
                    v{version.number}
                  </button>{' '}
                  {version.id === shown.id && <Tag tone="accent">shown</Tag>}
                </td>
                <td className="cut" title={version.recipe}>
                  {version.recipe}
                </td>
                <td className="end">{whole(version.rows)}</td>
                <td className="pl-2">{dateTime(version.createdAt)}</td>
                <td>
                  <code>{version.contentHash.slice(0, 12)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="pl-caption">A version never changes. Importing a file under the same name adds one.</p>
    </Content>
  );
}
