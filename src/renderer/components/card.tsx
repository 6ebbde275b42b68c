/** A card: title, unit or explanation, at most one quiet action, content; it fails alone. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import './parts.css';

export interface CardProps {
  readonly title?: ReactNode;
  readonly note?: ReactNode;
  readonly action?: ReactNode;
  readonly flush?: boolean;
  readonly children: ReactNode;
}

export function Card({ title, note, action, flush, children }: CardProps) {
  return (
    <section className={flush ? 'pl-card flush' : 'pl-card'}>
      {title && (
        <div className="pl-card-title wrapping">
          <h2>{title}</h2>
          {note && <span className="pl-caption">{note}</span>}
          {action && <span className="pl-card-action">{action}</span>}
        </div>
      )}
      <ErrorBoundary
        fallbackRender={({ error, resetErrorBoundary }) => (
          <div className="pl-row" role="alert">
            <span>This card could not be drawn: {error instanceof Error ? error.message : String(error)}</span>
            <Button onClick={resetErrorBoundary}>Try again</Button>
          </div>
        )}
      >
        {children}
      </ErrorBoundary>
    </section>
  );
}
