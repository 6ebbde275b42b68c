/** The application menu: what a page can do by the name that the page has for it, pages, editing, zoom and window. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { Command } from '../../preload/contract/system.ts';

type Ask = (command: Command) => void;

export function setMenu(ask: Ask): void {
  const isMac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    { label: '&File', submenu: fileMenu(ask, isMac) },
    { role: 'editMenu' },
    { label: '&View', submenu: viewMenu(ask) },
    { label: '&Go', submenu: goMenu(ask) },
    { role: 'windowMenu' },
    { role: 'help', label: '&Help', submenu: [item('Keyboard shortcuts', () => ask({ open: 'shortcuts' }))] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

const item = (label: string, click: () => void, accelerator?: string): MenuItemConstructorOptions => ({
  label,
  click,
  ...(accelerator === undefined ? {} : { accelerator }),
});

const fileMenu = (ask: Ask, isMac: boolean): MenuItemConstructorOptions[] => [
  item('New run', () => ask({ path: '/experiments/new' }), 'CmdOrCtrl+N'),
  item('Import a dataset…', () => ask({ path: '/datasets/import' }), 'CmdOrCtrl+O'),
  item('Add a model…', () => ask({ path: '/add-model' }), 'CmdOrCtrl+Shift+O'),
  { type: 'separator' },
  item('Settings', () => ask({ path: '/settings' }), 'CmdOrCtrl+,'),
  { type: 'separator' },
  { role: isMac ? 'close' : 'quit' },
];

const viewMenu = (ask: Ask): MenuItemConstructorOptions[] => [
  // the page has this key itself, in fields as well: shown here, taken there
  { ...item('Command palette', () => ask({ open: 'palette' }), 'CmdOrCtrl+K'), registerAccelerator: false },
  { type: 'separator' },
  { role: 'reload' },
  { role: 'resetZoom' },
  { role: 'zoomIn' },
  { role: 'zoomOut' },
  { role: 'togglefullscreen' },
  ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' as const }]),
];

const goMenu = (ask: Ask): MenuItemConstructorOptions[] =>
  [
    ['Home', '/'],
    ['Datasets', '/datasets'],
    ['Experiments', '/experiments'],
    ['Rate', '/rate'],
    ['Models', '/models'],
  ].map(([title, path]) => item(title, () => ask({ path })));
