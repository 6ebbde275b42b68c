/** The list behind "?": every shortcut by where it works. */
import { Modal } from '@mantine/core';
import { PAGES } from '../pages/index.ts';
import { SHORTCUTS, type Shortcut } from '../shortcuts.ts';

/** Every page has its letter. */
const goTo = (): readonly Shortcut[] =>
  PAGES.map(({ title, key }) => ({ scope: 'go to', keys: `G then ${key}`, does: title }));

export function ShortcutTable() {
  const everywhere = SHORTCUTS.filter(({ scope }) => scope === 'everywhere');
  const all = [...everywhere, ...goTo(), ...SHORTCUTS.filter(({ scope }) => scope !== 'everywhere')];
  const scopes = [...new Set(all.map((shortcut) => shortcut.scope))];
  return scopes.map((scope) => (
    <section key={scope} aria-label={scope}>
      <h3 style={{ margin: '12px 0 4px' }}>{scope[0].toUpperCase() + scope.slice(1)}</h3>
      <dl className="pl-dl">
        {all
          .filter((shortcut) => shortcut.scope === scope)
          .map((shortcut) => (
            <div key={shortcut.keys}>
              <dt>{shortcut.does}</dt>
              <dd className="pl-mono">{shortcut.keys}</dd>
            </div>
          ))}
      </dl>
    </section>
  ));
}

export function ShortcutDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Shortcuts" size={520}>
      <ShortcutTable />
    </Modal>
  );
}
