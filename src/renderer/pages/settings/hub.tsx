/** The token for gated models of the Hugging Face hub. */
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { WorkspaceSettings } from '../../../preload/contract/index.ts';
import { useChange } from './change.ts';
import { Section, Setting } from './section.tsx';

const WHERE: Readonly<Record<WorkspaceSettings['hubToken'], string>> = {
  entered: 'A token is kept.',
  environment: 'The token of your environment is used (HF_TOKEN, or huggingface_hub’s file).',
  sealed: 'A token lies sealed in the workspace; the keychain that opens it is not here. Enter it again, or forget it.',
  none: 'Without one, models that are open to all can be imported.',
};

export function Hub({ settings }: { settings: WorkspaceSettings }) {
  const { hubToken, keysKept } = settings;
  const [token, setToken] = useState('');
  const { run, error, busy } = useChange('settings.setHubToken');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() === '') return;
    run({ token }, { onSuccess: () => setToken('') });
  };
  const place = keysKept === 'keychain' ? 'the system keychain keeps it' : 'it stays in memory until the program ends';
  return (
    <Section id="hub">
      <Setting
        title="Token of the Hugging Face hub"
        help={error ? <span className="pl-danger">{error.message}</span> : `${WHERE[hubToken]} Entered here, ${place}.`}
      >
        <form className="pl-row" aria-label="Token of the hub" onSubmit={submit}>
          <PasswordInput
            aria-label="Token"
            autoComplete="off"
            placeholder={hubToken === 'entered' ? 'kept' : 'hf_…'}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            w={180}
          />
          <Button type="submit" loading={busy}>
            Save token
          </Button>
          {(hubToken === 'entered' || hubToken === 'sealed') && (
            <Button variant="subtle" onClick={() => run({ token: null })}>
              Forget
            </Button>
          )}
        </form>
      </Setting>
    </Section>
  );
}
