/** The parts of Settings: a section with its list entry, and one setting with its help. */
import {
  IconCloud,
  IconCpu,
  IconFolder,
  IconGavel,
  IconInfoCircle,
  IconKeyboard,
  IconLock,
  IconPalette,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Card } from '../../components/card.tsx';

const SECTIONS: readonly (readonly [id: string, title: string, icon: TablerIcon])[] = [
  ['compute', 'Compute', IconCpu],
  ['storage', 'Storage', IconFolder],
  ['judges', 'Judges', IconGavel],
  ['hub', 'Hub', IconCloud],
  ['appearance', 'Appearance', IconPalette],
  ['shortcuts', 'Shortcuts', IconKeyboard],
  ['privacy', 'Privacy', IconLock],
  ['about', 'About', IconInfoCircle],
];

const sectionId = (id: string) => `settings-${id}`;

/** Moves to a section; the fragment of the address belongs to the router. */
export function SectionList() {
  const show = (id: string) => {
    const section = document.getElementById(sectionId(id));
    section?.scrollIntoView({ block: 'start' });
    section?.focus({ preventScroll: true });
  };
  return (
    <nav className="pl-settings-list" aria-label="Sections">
      {SECTIONS.map(([id, title, Icon]) => (
        <button key={id} type="button" className="pl-nav-item" onClick={() => show(id)}>
          <Icon size={16} stroke={1.6} aria-hidden="true" />
          <span>{title}</span>
        </button>
      ))}
    </nav>
  );
}

export interface SectionProps {
  readonly id: string;
  readonly note?: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ id, note, action, children }: SectionProps) {
  const [, title] = SECTIONS.find(([each]) => each === id) ?? [id, id];
  return (
    <div id={sectionId(id)} tabIndex={-1} className="pl-settings-section">
      <Card title={title} note={note} action={action}>
        {children}
      </Card>
    </div>
  );
}

export function Setting({ title, help, children }: { title: string; help: ReactNode; children: ReactNode }) {
  return (
    <div className="pl-setting">
      <div>
        <p className="pl-strong">{title}</p>
        <p className="pl-caption">{help}</p>
      </div>
      {children}
    </div>
  );
}
