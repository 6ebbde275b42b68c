/** The panel at the right: details of what is selected; resizable, and its width is remembered. */
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type PointerEvent, type ReactNode, useRef } from 'react';
import { useSettings } from '../settings.ts';
import { useKeptFocus } from './returned-focus.ts';

export interface SidePanelProps {
  readonly label: string;
  readonly title?: ReactNode;
  readonly actions?: ReactNode;
  readonly onClose?: () => void;
  readonly children: ReactNode;
  readonly width?: number;
  /** Stands under the scrolling part. */
  readonly footer?: ReactNode;
}

const NARROWEST = 240;
const WIDEST = 720;

export function SidePanel({ label, title, actions, onClose, children, width, footer }: SidePanelProps) {
  const { panelWidth, set } = useSettings();
  const panel = useRef<HTMLElement>(null);
  useKeptFocus(panel);
  const drag = (event: PointerEvent) => {
    if (event.buttons !== 1 || !panel.current) return;
    const wanted = panel.current.getBoundingClientRect().right - event.clientX;
    set({ panelWidth: Math.round(Math.min(WIDEST, Math.max(NARROWEST, wanted))) });
  };
  const fixedWidth = width === undefined ? (panelWidth ?? 'var(--pl-panel)') : width;
  return (
    <aside
      ref={panel}
      className="pl-panel"
      aria-label={label}
      tabIndex={-1}
      style={{ width: fixedWidth }}
      onKeyDown={(event) => {
        // a layer over the page is no part of the panel, though React hands its keys on
        if (event.key === 'Escape' && onClose && event.currentTarget.contains(event.target as Node)) onClose();
      }}
    >
      {width === undefined && (
        <div
          className="pl-panel-grip"
          aria-hidden="true"
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={drag}
          onDoubleClick={() => set({ panelWidth: null })}
        />
      )}
      {title && (
        <div className="pl-panel-head">
          {title}
          <span className="pl-grow" />
          {actions}
          {onClose && (
            <ActionIcon aria-label="Close panel" onClick={onClose}>
              <IconX />
            </ActionIcon>
          )}
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="pl-panel-body" tabIndex={0} aria-label={`${label}, details`}>
        {children}
      </section>
      {footer}
    </aside>
  );
}
