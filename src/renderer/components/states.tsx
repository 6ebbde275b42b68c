/** What stands in a page's place when there is nothing yet, while it loads, and when it failed. */
import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { RpcError } from '../../preload/contract/rpc.ts';
import { Banner } from './labels.tsx';
import './parts.css';

/** One sentence what this is, one what to do, the action. */
export function EmptyState({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="pl-empty">
      <h2>{title}</h2>
      <p className="pl-2">{children}</p>
      {action}
    </div>
  );
}

/** The message, a way to try again, and the details folded for a bug report. */
export interface ErrorStateProps {
  readonly error: Error;
  readonly onRetry?: () => void;
  readonly what: string;
  /** Where others like it are, when what was asked for may be gone. */
  readonly others?: { readonly label: string; readonly path: string };
}

export function ErrorState({ error, onRetry, what, others }: ErrorStateProps) {
  const [, navigate] = useLocation();
  const code = error instanceof RpcError ? error.code : error.name;
  return (
    <Banner
      tone="danger"
      title={`${what}.`}
      actions={
        <>
          {onRetry && (
            <Button leftSection={<IconRefresh />} onClick={onRetry}>
              Try again
            </Button>
          )}
          {others && <Button onClick={() => navigate(others.path)}>{others.label}</Button>}
          <details className="pl-details">
            <summary>Details for a bug report</summary>
            <pre>{`${code}\n${error.stack ?? error.message}`}</pre>
          </details>
        </>
      }
    >
      {error.message}
    </Banner>
  );
}

const WIDTHS = ['62%', '48%', '71%', '55%', '66%', '43%'];

/** Grey bars where lines will be; appears only after 150 ms. */
export function SkeletonLines({ count }: { count: number }) {
  return (
    <div role="status" aria-label="Loading" style={{ display: 'grid', gap: 14, padding: '12px 0' }}>
      {Array.from({ length: count }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars have no identity
        <span key={i} className="pl-skeleton" style={{ width: WIDTHS[i % WIDTHS.length] }} />
      ))}
    </div>
  );
}
