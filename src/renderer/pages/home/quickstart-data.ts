/** The newest quickstart as the host tells of it, and what can be done with it. */
import { useState } from 'react';
import type { QuickstartState } from '../../../preload/contract/index.ts';
import { saveFile } from '../../components/save-file.ts';
import { call, useAction, useStream } from '../../host.ts';

/** undefined until the host has answered; null when there has been none. */
export function useQuickstartState(): QuickstartState | null | undefined {
  const [state, setState] = useState<QuickstartState | null>();
  useStream('quickstart.watch', {}, setState);
  return state;
}

/** Stop, resume and the report, with what went wrong with them. */
export function useQuickstartActions({ group }: QuickstartState) {
  const stop = useAction('quickstart.stop', ['runs.list']);
  const resume = useAction('quickstart.resume', ['runs.list']);
  const [report, setReport] = useState<'idle' | 'making' | Error>('idle');
  const saveReport = async () => {
    setReport('making');
    try {
      const { name, html } = await call('quickstart.report', { group });
      saveFile(name, html, 'text/html');
      setReport('idle');
    } catch (error) {
      setReport(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return {
    stop: () => stop.mutateAsync({ group }),
    resume: () => resume.mutate({ group }),
    resuming: resume.isPending,
    saveReport,
    saving: report === 'making',
    error: resume.error ?? (report instanceof Error ? report : null),
  };
}
