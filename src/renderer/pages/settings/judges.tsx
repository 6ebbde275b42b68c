/** Judges: endpoints that say which of two answers is better; their keys go in and never come back. */
import { ActionIcon, Button } from '@mantine/core';
import { IconAlertCircle, IconCheck, IconLock, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { fixed } from '../../../charts/numbers.ts';
import type { JudgeEndpoint, JudgeTest, WorkspaceSettings } from '../../../preload/contract/index.ts';
import { Confirm } from '../../components/confirm.tsx';
import { call } from '../../host.ts';
import { useChange } from './change.ts';
import { JudgeForm } from './judge-form.tsx';
import { Section } from './section.tsx';

type Tested = 'testing' | JudgeTest | undefined;

const keyWords = (key: JudgeEndpoint['key'], kept: WorkspaceSettings['keysKept']): string => {
  if (key === 'none') return 'none';
  if (key === 'environment') return 'from the environment';
  if (key === 'sealed') return 'sealed, not opened here: enter it again';
  return kept === 'keychain' ? 'in the system keychain' : 'until the program ends';
};

function TestResult({ tested }: { tested: Tested }) {
  if (tested === undefined) return <span className="pl-3">not tested</span>;
  if (tested === 'testing') return <span className="pl-2">asking</span>;
  if (!tested.works)
    return (
      <span className="pl-judge-state pl-danger" title={tested.message}>
        <IconAlertCircle size={14} aria-hidden="true" />
        <span>{tested.message}</span>
      </span>
    );
  return (
    <span className="pl-judge-state" title={tested.message}>
      <IconCheck size={14} className="pl-ok" aria-hidden="true" />
      <span>answers in {fixed(tested.seconds, 1)} s</span>
    </span>
  );
}

interface RowProps {
  readonly judge: JudgeEndpoint;
  readonly kept: WorkspaceSettings['keysKept'];
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function JudgeRow({ judge, kept, onEdit, onRemove }: RowProps) {
  const [tested, setTested] = useState<Tested>();
  const test = () => {
    setTested('testing');
    const failed = (error: Error) => setTested({ works: false, seconds: 0, message: error.message });
    call('settings.testJudge', { id: judge.id }).then(setTested, failed);
  };
  return (
    <tr>
      <td className="pl-name">{judge.name}</td>
      <td className="cut" title={`${judge.url}, ${judge.model}`}>
        <code>{judge.url}</code>
        <span className="pl-caption"> {judge.model}</span>
      </td>
      <td className="pl-2">
        <span className="pl-row">
          {judge.key !== 'none' && <IconLock size={14} aria-hidden="true" />}
          {keyWords(judge.key, kept)}
        </span>
      </td>
      <td className="cut" aria-live="polite">
        <TestResult tested={tested} />
      </td>
      <td className="end">
        <span className="pl-row pl-judge-actions">
          <Button aria-label={`Test ${judge.name}`} loading={tested === 'testing'} onClick={test}>
            Test
          </Button>
          <ActionIcon aria-label={`Change ${judge.name}`} onClick={onEdit}>
            <IconPencil />
          </ActionIcon>
          <ActionIcon aria-label={`Remove ${judge.name}`} onClick={onRemove}>
            <IconTrash />
          </ActionIcon>
        </span>
      </td>
    </tr>
  );
}

export function Judges({ settings }: { settings: WorkspaceSettings }) {
  const { judges, keysKept } = settings;
  const [edited, setEdited] = useState<JudgeEndpoint | 'new' | null>(null);
  const [removed, setRemoved] = useState<JudgeEndpoint | null>(null);
  const { runAsync } = useChange('settings.removeJudge');
  return (
    <Section
      id="judges"
      note="Endpoints that speak the OpenAI protocol. Every pair is asked in both orders."
      action={
        <Button leftSection={<IconPlus />} onClick={() => setEdited('new')}>
          Add judge
        </Button>
      }
    >
      {judges.length > 0 && (
        <table className="pl-table plain pl-judges" aria-label="Judges">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Address</th>
              <th scope="col">Key</th>
              <th scope="col">Status</th>
              <th scope="col">
                <span className="pl-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {judges.map((judge) => (
              <JudgeRow
                // another address is another judge: what was tested of the old one says nothing
                key={`${judge.id} ${judge.url} ${judge.model} ${judge.key}`}
                judge={judge}
                kept={keysKept}
                onEdit={() => setEdited(judge)}
                onRemove={() => setRemoved(judge)}
              />
            ))}
          </tbody>
        </table>
      )}
      {judges.length === 0 && edited === null && (
        <p className="pl-2">
          No judge yet. Online DPO with the annotator llm_judge, and comparisons, take one by its name: a server of
          yours, such as http://127.0.0.1:8080/v1, or one on the internet with its key.
        </p>
      )}
      {edited !== null && (
        <JudgeForm
          key={edited === 'new' ? 'new' : edited.id}
          judge={edited === 'new' ? null : edited}
          keysKept={keysKept}
          onClose={() => setEdited(null)}
        />
      )}
      {removed && (
        <Confirm
          title={`Remove ${removed.name}?`}
          act="Remove judge"
          keep="Keep"
          onAct={() => runAsync({ id: removed.id })}
          onClose={() => setRemoved(null)}
        >
          Its address and key are forgotten. Runs that it judged keep their numbers.
        </Confirm>
      )}
    </Section>
  );
}
