/** One setting of the form of a new queue: what it is at the left, its control at the right. */
import type { ReactNode } from 'react';

export function Row({ title, help, children }: { title: string; help: string; children: ReactNode }) {
  return (
    <div className="pl-param">
      <div className="pl-param-text">
        <span className="pl-strong">{title}</span>
        <p className="pl-caption">{help}</p>
      </div>
      <div className="pl-param-control">{children}</div>
    </div>
  );
}
