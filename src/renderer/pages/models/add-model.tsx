/** A model comes in: from a folder or file of this computer, or from the hub by its name. */
import { Button, TextInput } from '@mantine/core';
import { IconCloudDownload, IconFile, IconFolder } from '@tabler/icons-react';
import { type FormEvent, type InputHTMLAttributes, useRef, useState } from 'react';
import { Link } from 'wouter';
import { Content } from '../../components/content.tsx';
import { Banner } from '../../components/labels.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { call, upload, useCall } from '../../host.ts';
import '../pages.css';
import {
  chooseModelByDialog,
  forgetWaiting,
  takeModelFile,
  takeModelFolder,
  takeTokenizer,
  useHandOver,
} from './hand-over.ts';
import { startImport } from './model-work.ts';
import './models.css';
import { WorkCards } from './work-cards.tsx';

/** React does not know the attribute that makes a chooser take a folder. */
const FOLDER = { webkitdirectory: '' } as InputHTMLAttributes<HTMLInputElement>;

/** The folder that a chooser's files lie in, those of folders below it left out. */
function topFiles(files: FileList): { readonly name: string; readonly files: readonly File[] } {
  const all = [...files];
  const [name = 'model'] = (all[0]?.webkitRelativePath ?? '').split('/');
  return { name, files: all.filter((file) => file.webkitRelativePath.split('/').length === 2) };
}

function FromHere() {
  const info = useCall('system.info', {});
  const file = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const { handingOver, error, waiting } = useHandOver();
  const native = info.data?.capabilities.nativeDialogs ?? false;
  return (
    <section className="pl-drop" aria-label="From this computer">
      <h2>From this computer</h2>
      <p className="pl-2">
        A Hugging Face folder (config.json, safetensors, tokenizer), a GGUF file, or a llama2.c .bin. Drop it anywhere
        on this window, or choose it. It is copied into the workspace; pickles and programs beside it are left where
        they are.
      </p>
      <div className="pl-row">
        <Button
          leftSection={<IconFolder />}
          loading={handingOver !== null}
          onClick={() => (native ? void chooseModelByDialog('folder') : folder.current?.click())}
        >
          Choose a folder
        </Button>
        <Button
          leftSection={<IconFile />}
          loading={handingOver !== null}
          onClick={() => (native ? void chooseModelByDialog('file') : file.current?.click())}
        >
          Choose a file
        </Button>
      </div>
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder of the model"
        {...FOLDER}
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (!files || files.length === 0) return;
          const top = topFiles(files);
          event.currentTarget.value = '';
          void takeModelFolder(top.name, top.files);
        }}
      />
      <input
        ref={file}
        type="file"
        hidden
        accept=".gguf,.bin"
        aria-label="File of the model"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) void takeModelFile(chosen);
        }}
      />
      {handingOver && (
        <p className="pl-caption" role="status">
          Handing over {handingOver}
        </p>
      )}
      {error && (
        <Banner tone="danger" title="The model could not be handed over.">
          {error.message}
        </Banner>
      )}
      {waiting && <Tokenizer name={waiting.name} native={native} />}
    </section>
  );
}

function Tokenizer({ name, native }: { name: string; native: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const pick = () =>
    native
      ? void takeTokenizer(() => call('files.pick', { title: 'Tokenizer', extensions: ['bin', 'json', 'model'] }))
      : input.current?.click();
  return (
    <Banner
      tone="neutral"
      title={`${name} holds no tokenizer.`}
      actions={
        <>
          <button type="button" className="pl-link" onClick={pick}>
            Choose its tokenizer
          </button>
          <button type="button" className="pl-link quiet" onClick={forgetWaiting}>
            Leave it
          </button>
        </>
      }
    >
      llama2.c files come with one beside them, such as tok512.bin.
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Tokenizer of the model"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) void takeTokenizer(() => upload(chosen));
        }}
      />
    </Banner>
  );
}

function FromHub({ focused }: { focused: boolean }) {
  const settings = useCall('settings.get', {});
  const [name, setName] = useState('');
  const [revision, setRevision] = useState('');
  const [file, setFile] = useState('');
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const hub = name.trim();
    setMissing(hub === '');
    if (hub === '') return field.current?.focus();
    const part = (key: string, value: string) => (value.trim() === '' ? {} : { [key]: value.trim() });
    startImport(hub, { source: { hub, ...part('revision', revision), ...part('file', file) } });
    setName('');
  };
  const token = settings.data?.hubToken ?? 'none';
  return (
    <form className="pl-card pl-form-card" aria-label="From the hub" onSubmit={submit}>
      <h2>From the Hugging Face hub</h2>
      <div className="pl-hub-fields">
        <TextInput
          ref={field}
          autoFocus={focused}
          label="Model"
          placeholder="HuggingFaceTB/SmolLM2-135M-Instruct"
          value={name}
          error={missing ? 'Owner and name are needed, such as HuggingFaceTB/SmolLM2-135M-Instruct.' : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Revision"
          placeholder="main"
          value={revision}
          onChange={(event) => setRevision(event.currentTarget.value)}
        />
        <TextInput
          label="GGUF file"
          placeholder="none: the whole model"
          value={file}
          onChange={(event) => setFile(event.currentTarget.value)}
        />
      </div>
      <div className="pl-row">
        <Button type="submit" leftSection={<IconCloudDownload />}>
          Import from the hub
        </Button>
        <span className="pl-caption">
          {token === 'none'
            ? 'Without a token: models that are open to all.'
            : 'Gated models: the token is sent along.'}
        </span>
        <Link className="pl-link" href="/settings">
          Token
        </Link>
      </div>
      <p className="pl-caption">
        Only this asks the network, when you press the button. A download that was stopped goes on where it was.
      </p>
    </form>
  );
}

export function AddModelPage({ params }: { params: Record<string, string> }) {
  return (
    <>
      <PageHeader title="Add model" parent={{ title: 'Models', path: '/models' }} />
      <Content label="Add model">
        <WorkCards of="import" />
        <FromHere />
        <FromHub focused={params.from === 'hub'} />
      </Content>
    </>
  );
}
