/** The fields of one judge. A key that is kept is never shown: the field is empty, and leaving it so keeps the key. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type ChangeEvent, type FormEvent, useState } from 'react';
import type { JudgeEndpoint, WorkspaceSettings } from '../../../preload/contract/index.ts';
import { useReturnedFocus } from '../../components/returned-focus.ts';
import { useChange } from './change.ts';

export interface JudgeFormProps {
  /** null: a new one. */
  readonly judge: JudgeEndpoint | null;
  readonly keysKept: WorkspaceSettings['keysKept'];
  readonly onClose: () => void;
}

const KEPT: Readonly<Record<WorkspaceSettings['keysKept'], string>> = {
  keychain: 'Kept by the system keychain, never in the database.',
  session:
    'This system has no keychain for it: it stays in memory until the program ends. PLUMB_JUDGE_KEY outlives it.',
};

export function JudgeForm({ judge, keysKept, onClose }: JudgeFormProps) {
  useReturnedFocus();
  const [fields, setFields] = useState({
    name: judge?.name ?? '',
    url: judge?.url ?? '',
    model: judge?.model ?? '',
    key: '',
  });
  const { name, url, model, key } = fields;
  const field = (of: keyof typeof fields) => ({
    value: fields[of],
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      const { value } = event.currentTarget;
      setFields((was) => ({ ...was, [of]: value }));
    },
  });
  const { runAsync, error, busy } = useChange('settings.putJudge');
  const kept = judge?.key === 'entered';
  const forgettable = kept || judge?.key === 'sealed';
  const put = (part: { readonly key?: string | null }) =>
    runAsync({ ...(judge ? { id: judge.id } : {}), name: name.trim(), url, model: model.trim(), ...part }).then(
      onClose,
      () => undefined,
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void put(key === '' ? {} : { key });
  };
  return (
    <form className="pl-judge-form" aria-label={judge ? `Change ${judge.name}` : 'New judge'} onSubmit={submit}>
      <div className="pl-judge-fields">
        <TextInput autoFocus required label="Name" placeholder="local-8b" {...field('name')} />
        <TextInput required label="Address" placeholder="http://127.0.0.1:8080/v1" {...field('url')} />
        <TextInput required label="Model" placeholder="as the server calls it" {...field('model')} />
        <PasswordInput
          label="Key"
          autoComplete="off"
          placeholder={kept ? 'kept: leave empty to keep it' : 'none needed'}
          {...field('key')}
        />
      </div>
      {error && (
        <p className="pl-danger" role="alert">
          {error.message}
        </p>
      )}
      <div className="pl-row">
        <Button type="submit" loading={busy}>
          Save judge
        </Button>
        <Button variant="subtle" onClick={onClose}>
          Cancel
        </Button>
        {forgettable && (
          <Button variant="subtle" onClick={() => void put({ key: null })}>
            Forget the key
          </Button>
        )}
        <span className="pl-caption">{KEPT[keysKept]}</span>
      </div>
    </form>
  );
}
