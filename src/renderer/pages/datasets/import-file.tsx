/** First step of the import: the file, by a dialog, by the browser's own chooser, or dropped. */
import { Button } from '@mantine/core';
import { IconFile } from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { Content } from '../../components/content.tsx';
import { Banner } from '../../components/labels.tsx';
import { useCall } from '../../host.ts';
import { ACCEPTED, chooseByDialog, chooseDropped, useImportDraft } from './import-draft.ts';

/** Opens what this host has for choosing a file; `field` must be drawn for it. */
export function useChooseFile(): { readonly open: () => void; readonly field: ReactNode } {
  const input = useRef<HTMLInputElement>(null);
  const info = useCall('system.info', {});
  const open = () => {
    if (info.data?.capabilities.nativeDialogs) void chooseByDialog();
    else input.current?.click();
  };
  const field = (
    <input
      ref={input}
      type="file"
      hidden
      accept={ACCEPTED}
      aria-label="File to import"
      onChange={(event) => {
        const file = event.currentTarget.files?.[0];
        event.currentTarget.value = ''; // the same file can be chosen again
        if (file) void chooseDropped(file);
      }}
    />
  );
  return { open, field };
}

const FORMS: readonly (readonly [what: string, columns: string])[] = [
  ['Pairs', 'prompt, chosen, rejected; TRL, UltraFeedback, NeMo, ShareGPT, instructions with preference'],
  ['Pairs with the prompt inside', 'chosen, rejected; Anthropic HH dialogues, conversations that begin alike'],
  [
    'Two answers and a verdict',
    'AlpacaEval, PandaLM, LLMBar, SHP, HelpSteer, MT-bench, Arena, LLM Comparator, Argilla, Label Studio',
  ],
  ['Ranked answers', 'lists with scores or ranks; UltraFeedback, Nectar, Stack Exchange, OpenAssistant trees'],
  ['Single answers with a mark', 'prompt, completion, label; KTO'],
  ['Answers to learn from', 'prompt, completion; messages; text'],
  ['Prompts', 'prompt'],
];

export function FileStep({ choose }: { choose: () => void }) {
  const { error, handingOver } = useImportDraft();
  return (
    <Content label="File">
      {error && (
        <Banner tone="danger" title="The file could not be read.">
          {error.message}
        </Banner>
      )}
      <div className="pl-drop">
        <h2>Drop a file anywhere on this window</h2>
        <p className="pl-2">
          JSONL, JSON, CSV, TSV, Parquet, Arrow or XLSX, also packed with gzip or zstandard. The format is found by the
          content; you can correct it, and see the rows as they will be stored, before anything is.
        </p>
        <Button leftSection={<IconFile />} onClick={choose} loading={handingOver !== null}>
          Choose a file
        </Button>
        {handingOver && (
          <p className="pl-caption" role="status">
            Handing over {handingOver}
          </p>
        )}
      </div>
      <section className="pl-forms">
        <h2>What can be read</h2>
        <dl>
          {FORMS.map(([what, columns]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd className="pl-2">{columns}</dd>
            </div>
          ))}
        </dl>
        <p className="pl-caption">Other column names are matched by likeness, and you correct what is wrong.</p>
      </section>
    </Content>
  );
}
