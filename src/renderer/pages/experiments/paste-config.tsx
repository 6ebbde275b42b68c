/** The wizard takes a pasted config: what is taken of it, what has no effect here, and what is refused, before anything changes. */
import { Button, Select } from '@mantine/core';
import { IconClipboardText } from '@tabler/icons-react';
import { useState } from 'react';
import { counted } from '../../../charts/numbers.ts';
import type { MethodEntry, PastedOptions } from '../../../preload/contract/index.ts';
import { Dialog } from '../../components/dialog.tsx';
import { GrowingText } from '../../components/growing-text.tsx';
import { Banner } from '../../components/labels.tsx';
import { useAction } from '../../host.ts';
import { type Draft, EMPTY_DRAFT, useDraft } from './draft.ts';

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The draft with what was taken; opened at the first step that still needs a choice. */
export function pastedDraft(pasted: PastedOptions, was: Pick<Draft, 'model' | 'dataset'>, needsData: boolean): Draft {
  const model = pasted.model ?? was.model;
  const dataset = pasted.dataset ?? was.dataset;
  return {
    ...EMPTY_DRAFT,
    step: model === null ? 1 : dataset === null && needsData ? 2 : 3,
    method: pasted.method,
    model,
    dataset,
    values: Object.fromEntries(pasted.taken.map(({ key, value }) => [key, value])),
  };
}

function Taken({ pasted }: { pasted: PastedOptions }) {
  const named = [
    ...(pasted.model === null ? [] : [{ key: 'model', value: pasted.model, from: 'model' }]),
    ...(pasted.dataset === null ? [] : [{ key: 'dataset', value: pasted.dataset, from: 'dataset' }]),
    ...pasted.taken,
  ];
  if (named.length === 0) return <p className="pl-2">Nothing of it is taken.</p>;
  return (
    <table className="pl-table dense plain" aria-label="Taken options">
      <thead>
        <tr>
          <th>Taken</th>
          <th className="end">Value</th>
        </tr>
      </thead>
      <tbody>
        {named.map(({ key, value, from }) => (
          <tr key={key}>
            <td>
              <code>{key}</code> {from !== key && <span className="pl-caption">pasted as {from}</span>}
            </td>
            <td className="end">{valueText(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Refused({ pasted }: { pasted: PastedOptions }) {
  if (pasted.refused.length === 0) return null;
  return (
    <table className="pl-table dense plain pl-paste-refused" aria-label="Refused options">
      <thead>
        <tr>
          <th>Refused</th>
          <th>Value</th>
          <th>Why, and what to do</th>
        </tr>
      </thead>
      <tbody>
        {pasted.refused.map(({ key, value, because }) => (
          <tr key={`${key} ${valueText(value)}`}>
            <td>
              <code>{key}</code>
            </td>
            <td>{valueText(value)}</td>
            <td className="pl-2">{because}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Reading({ pasted, title }: { pasted: PastedOptions; title: string }) {
  return (
    <div className="pl-paste-read">
      <p className="pl-2" role="status">
        Read for <span className="pl-strong">{title}</span>
        {pasted.said === null && ', as the text does not say which method it is for'}:{' '}
        {counted(pasted.taken.length, 'option')} taken, {pasted.ignored.length} without effect here,{' '}
        {pasted.refused.length} refused.
      </p>
      <Refused pasted={pasted} />
      <Taken pasted={pasted} />
      {pasted.ignored.length > 0 && <p className="pl-caption">Without effect here: {pasted.ignored.join(', ')}.</p>}
    </div>
  );
}

function NoMethod({ pasted, methods }: { pasted: PastedOptions; methods: readonly MethodEntry[] }) {
  return (
    <Banner
      tone="warn"
      title={pasted.said === null ? 'Which method is it for?' : `There is no method "${pasted.said}" here.`}
    >
      The text {pasted.said === null ? 'does not say it' : 'names another one'}: choose one of{' '}
      {methods.map(({ title }) => title).join(', ')} above.
    </Banner>
  );
}

function PasteDialog({ methods, onClose }: { methods: readonly MethodEntry[]; onClose: () => void }) {
  const draft = useDraft.getState();
  const [text, setText] = useState('');
  const [method, setMethod] = useState(draft.method);
  const paste = useAction('runs.paste');
  const read = (changed: { text?: string; method?: string | null }) => paste.mutate({ text, method, ...changed });
  const pasted = paste.data;
  const entry = methods.find(({ id }) => id === pasted?.method);
  const use = () => {
    if (!pasted || !entry) return;
    useDraft.setState(pastedDraft(pasted, draft, entry.needs.dataset.length > 0));
    onClose();
  };
  return (
    <Dialog onClose={onClose} title="Paste a config" size={760}>
      <div className="pl-paste">
        <GrowingText
          data-autofocus
          className="pl-paste-text"
          label="Config"
          description="JSON or YAML with TRL's names, DPOConfig(…) and its kind as they stand in a script, or a command line such as trl dpo --beta 0.1. Nothing of it is run."
          minRows={5}
          maxRows={12}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            paste.reset();
          }}
          onPaste={(event) => {
            const whole = event.clipboardData.getData('text');
            // into an empty field: it is all there is
            if (text === '') read({ text: whole });
          }}
        />
        <div className="pl-row">
          <Select
            aria-label="Method where the text names none"
            placeholder="Method, if it names none"
            w={260}
            data={methods.map(({ id, title }) => ({ value: id, label: title }))}
            value={method}
            onChange={(next) => {
              setMethod(next);
              if (pasted) read({ method: next });
            }}
          />
          <span className="pl-grow" />
          <Button onClick={() => read({})} loading={paste.isPending} disabled={text.trim() === ''}>
            Read
          </Button>
          <Button variant="filled" onClick={use} disabled={!entry}>
            Use these options
          </Button>
        </div>
        {paste.error && (
          <Banner tone="danger" title="This could not be read.">
            {paste.error.message}
          </Banner>
        )}
        {pasted &&
          (entry ? <Reading pasted={pasted} title={entry.title} /> : <NoMethod pasted={pasted} methods={methods} />)}
      </div>
    </Dialog>
  );
}

export function PasteButton({ methods }: { methods: readonly MethodEntry[] }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="subtle" leftSection={<IconClipboardText />} onClick={() => setOpen(true)}>
        Paste config
      </Button>
      {open && <PasteDialog methods={methods} onClose={() => setOpen(false)} />}
    </>
  );
}
