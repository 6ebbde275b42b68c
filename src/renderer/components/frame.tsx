/** The window: navigation, the page, and the status bar that always says what is running. */
import { Tooltip, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { useCall } from '../host.ts';
import { type KeyedPage, PAGES } from '../pages/index.ts';
import { useSettings } from '../settings.ts';
import { useKeys } from '../shortcuts.ts';
import { useStatus } from '../status.ts';
import './frame.css';
import { StatusBar } from './status-bar.tsx';

function Plumb() {
  return (
    <svg
      width="16"
      height="20"
      viewBox="0 0 16 20"
      fill="none"
      stroke="var(--pl-accent-text)"
      strokeWidth="1.6"
      aria-hidden="true"
    >
      <path d="M2 3h12M8 3v4M5.2 7h5.6v5L8 17l-2.8-5z" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

const isActive = (location: string, page: KeyedPage) =>
  page.path === '/' ? location === '/' : page.under.some((prefix) => location.startsWith(prefix));

function NavigationItem({ page, small, dot, count }: { page: KeyedPage; small: boolean; dot: boolean; count: number }) {
  const [location] = useLocation();
  const active = isActive(location, page);
  const item = (
    <Link
      href={page.path}
      className="pl-nav-item"
      aria-current={active ? 'page' : undefined}
      aria-label={page.title}
      aria-description={dot ? 'A run is in progress' : count > 0 ? `${count} pairs wait` : undefined}
    >
      <page.icon size={16} stroke={1.6} aria-hidden="true" />
      {!small && <span>{page.title}</span>}
      {/* drawn by the style sheet: the link's name stays its title */}
      {count > 0 && !small && <span className="pl-nav-count" aria-hidden="true" data-count={count} />}
      {(dot || (count > 0 && small)) && <span className="pl-nav-dot" aria-hidden="true" />}
    </Link>
  );
  return small ? (
    <Tooltip label={page.title} position="right">
      {item}
    </Tooltip>
  ) : (
    item
  );
}

/** Below 1120 px the navigation starts collapsed; the user's own choice is remembered and wins. */
function useCollapsed(): readonly [boolean, () => void] {
  const narrow = useMediaQuery('(max-width: 1119px)', false, { getInitialValueInEffect: false });
  const { collapsed, set } = useSettings();
  const value = collapsed ?? narrow ?? false;
  return [value, () => set({ collapsed: !value })];
}

const REGIONS = ['.pl-nav a', '.pl-main', '.pl-panel', '.pl-status'];

function useFrameKeys(toggle: () => void, help: () => void) {
  const [, navigate] = useLocation();
  const region = useRef(0);
  const go = Object.fromEntries(PAGES.map((page) => [`G ${page.key}`, () => navigate(page.path)]));
  useKeys(
    {
      ...go,
      '[': toggle,
      '?': help,
      N: () => document.querySelector<HTMLElement>('[data-primary]')?.click(),
      '/': () => document.querySelector<HTMLElement>('[data-search]')?.focus(),
      'Ctrl+Enter': () => document.querySelector<HTMLElement>('[data-primary]')?.click(),
      F6: () => {
        const present = REGIONS.map((selector) => document.querySelector<HTMLElement>(selector)).filter(
          (e) => e !== null,
        );
        region.current = (region.current + 1) % present.length;
        present[region.current]?.focus();
      },
    },
    'frame',
  );
}

export function AppFrame({ children, onHelp }: { children: ReactNode; onHelp: () => void }) {
  const [small, toggle] = useCollapsed();
  const { running } = useStatus();
  const waiting = useCall('ratings.queues', {}).data?.reduce((sum, queue) => sum + queue.waiting, 0) ?? 0;
  useFrameKeys(toggle, onHelp);
  const CollapseIcon = small ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const [top, bottom] = [
    PAGES.filter((page) => page.id !== 'settings'),
    PAGES.filter((page) => page.id === 'settings'),
  ];
  const item = (page: KeyedPage) => (
    <NavigationItem
      key={page.id}
      page={page}
      small={small}
      dot={page.id === 'experiments' && running !== null}
      count={page.id === 'rate' ? waiting : 0}
    />
  );
  return (
    <div className="pl-frame" data-small={small || undefined}>
      {/* biome-ignore lint/a11y/useValidAnchor: a skip link; its fragment belongs to the router, so the move is done here */}
      <a
        className="pl-skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>('.pl-main')?.focus();
        }}
      >
        Skip to the page
      </a>
      <nav className="pl-nav" aria-label="Pages">
        <div className="pl-brand">
          <Plumb />
          {!small && <span>Plumbline</span>}
        </div>
        {top.map(item)}
        <div className="pl-grow" />
        {bottom.map(item)}
        <UnstyledButton
          className="pl-nav-item"
          onClick={toggle}
          aria-expanded={!small}
          aria-label="Collapse navigation"
        >
          <CollapseIcon size={16} stroke={1.6} aria-hidden="true" />
          {!small && <span>Collapse</span>}
        </UnstyledButton>
      </nav>
      <main id="main" className="pl-main" tabIndex={-1}>
        {children}
      </main>
      <StatusBar />
    </div>
  );
}
