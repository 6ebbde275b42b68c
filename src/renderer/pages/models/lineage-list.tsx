/** The tree a model stands in, as lines. */
import { Link } from 'wouter';
import { counted } from '../../../charts/numbers.ts';
import type { ModelSummary } from '../../../preload/contract/index.ts';
import { MethodMark } from '../../components/labels.tsx';
import { lineageOf } from './lineage.ts';
import { markOf, relationOf } from './model-words.ts';

export const modelPath = (name: string): string => `/models/${encodeURIComponent(name)}`;

export function LineageList({ models, name }: { models: readonly ModelSummary[]; name: string }) {
  const { nodes, others } = lineageOf(models, name);
  return (
    <section>
      <h2>Lineage</h2>
      <ol className="pl-lineage">
        {nodes.map(({ name: each, model, depth }) => (
          <li
            key={each}
            style={{ paddingLeft: 8 + 20 * Math.min(depth, 6) }}
            aria-current={each === name ? 'true' : undefined}
            data-depth={depth === 0 ? undefined : depth}
          >
            <MethodMark method={model ? markOf(model) : 'ref'} bare />
            {model && each !== name ? (
              <Link href={modelPath(each)} className="pl-ellipsis" title={each}>
                {each}
              </Link>
            ) : (
              <span className="pl-ellipsis" title={each}>
                {each}
              </span>
            )}
            <span className="pl-grow" />
            <span className="pl-caption">{relationOf(model, name)}</span>
          </li>
        ))}
      </ol>
      {others > 0 && <p className="pl-caption">{counted(others, 'other model')} of the same base.</p>}
    </section>
  );
}
