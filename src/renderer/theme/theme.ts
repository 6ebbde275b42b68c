/** Mantine's theme: makes the components agree with tokens.css, which stays the one place of values. */
import {
  type CSSVariablesResolver,
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  deepMerge,
  defaultCssVariablesResolver,
  type MantineColorsTuple,
  mergeMantineTheme,
} from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { createElement } from 'react';

const plumb: MantineColorsTuple = [
  '#ECECFA',
  '#D9DAF5',
  '#BBBDEC',
  '#989BE2',
  '#7A7ED8',
  '#5C61DC',
  '#4A4EC7',
  '#3D40AD',
  '#33368F',
  '#292B72',
];

const dark: MantineColorsTuple = [
  '#E8E9ED',
  '#B1B5C0',
  '#9398A4',
  '#70757F',
  '#3E414A',
  '#2B2D33',
  '#1A1C20',
  '#151619',
  '#101114',
  '#0B0C0E',
];

const layer = { transitionProps: { duration: 160 }, lockScroll: false, overlayProps: { blur: 0 } };

export const theme = createTheme({
  colors: { plumb, dark },
  primaryColor: 'plumb',
  primaryShade: { light: 6, dark: 5 },
  autoContrast: true,
  fontFamily: 'var(--pl-font)',
  fontFamilyMonospace: 'var(--pl-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  lineHeights: { xs: '1.42', sm: '1.45', md: '1.55', lg: '1.4', xl: '1.2' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '19px' }, h2: { fontSize: '13px' }, h3: { fontSize: '12px' } },
  },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '10px' },
  defaultRadius: 'sm',
  shadows: { xs: 'none', sm: 'none', md: 'var(--pl-shadow)', lg: 'none', xl: 'none' },
  focusRing: 'auto',
  focusClassName: 'pl-focus',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm', variant: 'default' } },
    ActionIcon: { defaultProps: { size: 'sm', variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'sm' } },
    NumberInput: { defaultProps: { size: 'sm', hideControls: true } },
    Select: {
      defaultProps: {
        size: 'sm',
        allowDeselect: false,
        rightSection: createElement(IconChevronDown, { size: 14, stroke: 1.6 }),
        comboboxProps: { shadow: 'md' },
      },
    },
    Textarea: { defaultProps: { size: 'sm' } },
    SegmentedControl: { defaultProps: { size: 'sm', withItemsBorders: false, transitionDuration: 90 } },
    Checkbox: { defaultProps: { size: 'sm' } },
    Switch: { defaultProps: { size: 'sm', withThumbIndicator: false } },
    Slider: { defaultProps: { size: 4, thumbSize: 14, label: null } },
    Tooltip: { defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: false }, multiline: true } },
    Modal: { defaultProps: { ...layer, closeButtonProps: { 'aria-label': 'Close' }, radius: 'lg', shadow: 'md' } },
    Drawer: { defaultProps: { ...layer, closeButtonProps: { 'aria-label': 'Close' } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close message' } } },
    Popover: { defaultProps: { shadow: 'md' } },
    Menu: { defaultProps: { shadow: 'md' } },
  },
});

const resolver: CSSVariablesResolver = () => ({
  variables: {
    '--mantine-color-body': 'var(--pl-bg)',
    '--mantine-color-text': 'var(--pl-text)',
    '--mantine-color-dimmed': 'var(--pl-text-3)',
    '--mantine-color-default': 'var(--pl-surface)',
    '--mantine-color-default-hover': 'var(--pl-hover)',
    '--mantine-color-default-color': 'var(--pl-text)',
    '--mantine-color-default-border': 'var(--pl-line-strong)',
    '--mantine-color-error': 'var(--pl-danger)',
    '--mantine-color-placeholder': 'var(--pl-text-3)',
    '--mantine-color-anchor': 'var(--pl-accent-text)',
    '--mantine-primary-color-filled': 'var(--pl-accent)',
    '--mantine-primary-color-filled-hover': 'var(--pl-accent-hover)',
    '--mantine-color-plumb-filled': 'var(--pl-accent)',
    '--mantine-color-plumb-filled-hover': 'var(--pl-accent-hover)',
  },
  light: {},
  dark: {},
});

/**
 * Mantine's CSS variables as a constructed style sheet. A `<style>` element would need a nonce under `style-src 'self'`;
 * sheets made through the CSSOM do not. Our values are added to both schemes, because Mantine sets its own there.
 */
export function mantineVariablesCss(): string {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  const ours = resolver(merged).variables;
  const defaults = defaultCssVariablesResolver(merged);
  return convertCssVariables(deepMerge(defaults, { variables: ours, light: ours, dark: ours }));
}

/** Puts the variables into the document, before the first drawing. */
export function adoptMantineVariables(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(mantineVariablesCss());
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
