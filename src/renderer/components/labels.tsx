/** Small parts that name things: tag, method mark, status, banner. */
import {
  IconAlertCircle,
  IconAlertTriangle,
  IconCheck,
  IconInfoCircle,
  IconPlayerPause,
  IconSquare,
  IconUser,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { type MarkShape, methodLook } from '../../charts/method-looks.ts';
import type { RunStatus } from '../../preload/contract/index.ts';
import './parts.css';

/** A key beside what it does; screen readers hear the shortcuts elsewhere. */
export function KeyCap({ children }: { children: string }) {
  return (
    <span aria-hidden="true">
      <kbd>{children}</kbd>
    </span>
  );
}

export type TagTone = 'plain' | 'accent' | 'chosen' | 'rejected' | 'tie' | 'warn' | 'danger';

export function Tag({ tone = 'plain', children }: { tone?: TagTone; children: ReactNode }) {
  return (
    <span className="pl-tag" data-tone={tone}>
      {children}
    </span>
  );
}

function Shape({ shape }: { shape: MarkShape }) {
  if (shape === 'circle') return <circle cx="5" cy="5" r="4.5" />;
  if (shape === 'triangle') return <path d="M5 0.5 10 9.5H0z" />;
  if (shape === 'diamond') return <path d="M5-.4 10.4 5 5 10.4-.4 5z" />;
  return <rect x="1" y="1" width="8" height="8" rx="1" />;
}

/** Coloured mark of a method, with its name in text colour unless `bare`. */
export function MethodMark({ method, title, bare = false }: { method: string; title?: string; bare?: boolean }) {
  const look = methodLook(method);
  const name = title ?? look.title;
  return (
    <span className="pl-mark">
      <svg width="10" height="10" viewBox="0 0 10 10" fill={`var(--pl-${look.colour})`} aria-hidden="true">
        <Shape shape={look.shape} />
      </svg>
      {!bare && <span className="pl-ellipsis">{name}</span>}
    </span>
  );
}

/** A run's own state; "waits": it runs, and does nothing until a person has rated. */
type ShownStatus = RunStatus | 'waits';

const WORDS: Readonly<Record<ShownStatus, string>> = {
  waits: 'Waits for you',
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Failed',
};

function StatusIcon({ status }: { status: ShownStatus }) {
  const icon = { size: 14, stroke: 1.7, 'aria-hidden': true } as const;
  switch (status) {
    case 'running':
      return <span className="pl-dot" aria-hidden="true" />;
    case 'queued':
      return <span className="pl-ring" aria-hidden="true" />;
    case 'waits':
      return <IconUser {...icon} />;
    case 'paused':
      return <IconPlayerPause {...icon} />;
    case 'finished':
      return <IconCheck {...icon} />;
    case 'stopped':
      return <IconSquare {...icon} />;
    case 'failed':
      return <IconAlertCircle {...icon} />;
  }
}

interface StatusProps {
  readonly status: RunStatus;
  /** Pairs that a person has to rate before the run goes on. */
  readonly ratings?: number;
  readonly children?: ReactNode;
}

/** Sign and word of a run's state. */
export function Status({ status, ratings = 0, children }: StatusProps) {
  const said = status === 'running' && ratings > 0 ? 'waits' : status;
  return (
    <span className="pl-state" data-status={said}>
      <StatusIcon status={said} />
      {WORDS[said]}
      {children && said !== 'waits' && <span className="pl-2">{children}</span>}
    </span>
  );
}

export interface BannerProps {
  readonly tone: 'warn' | 'danger' | 'neutral';
  /** The bold first sentence. */
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** A warning as a sentence: what, the numbers, what to do. */
export function Banner({ tone, title, children, actions }: BannerProps) {
  const Icon = tone === 'warn' ? IconAlertTriangle : tone === 'danger' ? IconAlertCircle : IconInfoCircle;
  return (
    <div className="pl-banner" data-tone={tone} role={tone === 'danger' ? 'alert' : 'note'}>
      <Icon size={16} stroke={1.6} aria-hidden="true" />
      <div className="pl-grow">
        <p>
          <strong>{title}</strong> {children}
        </p>
        {actions && <div className="pl-banner-actions">{actions}</div>}
      </div>
    </div>
  );
}
