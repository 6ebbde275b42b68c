/** The app: theme, data, frame, and the page of the current address. */
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { ErrorBoundary } from 'react-error-boundary';
import { Route, Router, Switch, useLocation } from 'wouter';
import { usePath } from './address.ts';
import { AppFrame } from './components/frame.tsx';
import { PageHeader } from './components/page-header.tsx';
import { Palette } from './components/palette.tsx';
import { ShortcutDialog } from './components/shortcut-list.tsx';
import { EmptyState, ErrorState } from './components/states.tsx';
import { queries } from './host.ts';
import { CommandListener, closeLayer, openLayer, useLayer } from './layers.ts';
import { ImportListener } from './pages/datasets/import-listener.ts';
import { FileDropLayer } from './pages/drop.tsx';
import { PAGES } from './pages/index.ts';
import { ModelWorkListener } from './pages/models/work-listener.ts';
import { StatusListener } from './status.ts';
import { adoptMantineVariables, theme } from './theme/theme.ts';

adoptMantineVariables();

function Unknown() {
  return (
    <>
      <PageHeader title="No such page" />
      <EmptyState title="This address leads nowhere.">Choose a page on the left.</EmptyState>
    </>
  );
}

function Pages() {
  const [location] = useLocation();
  return (
    <ErrorBoundary
      resetKeys={[location]}
      fallbackRender={({ error, resetErrorBoundary }) => (
        <div className="pl-content">
          <ErrorState
            error={error instanceof Error ? error : new Error(String(error))}
            what="This page could not be drawn"
            onRetry={resetErrorBoundary}
          />
        </div>
      )}
    >
      <Switch>
        {PAGES.flatMap((page) =>
          page.routes.map(([pattern, Component]) => (
            <Route key={pattern} path={pattern}>
              {(params) => <Component key={location} params={params as Record<string, string>} />}
            </Route>
          )),
        )}
        <Route>
          <Unknown />
        </Route>
      </Switch>
    </ErrorBoundary>
  );
}

export function App() {
  const layer = useLayer((store) => store.open);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queries}>
        <Router hook={usePath}>
          <StatusListener />
          <CommandListener />
          <AppFrame onHelp={() => openLayer('shortcuts')}>
            <Pages />
          </AppFrame>
          <FileDropLayer />
          <ImportListener />
          <ModelWorkListener />
          <Palette />
          <ShortcutDialog opened={layer === 'shortcuts'} onClose={closeLayer} />
          <Notifications position="bottom-right" autoClose={6000} />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  );
}
