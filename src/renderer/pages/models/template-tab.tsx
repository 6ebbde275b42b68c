/** A conversation typed by hand, and the exact tokens that the model would be trained on. */
import { ActionIcon, Button, NumberInput, Select, Switch } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { counted, whole } from '../../../charts/numbers.ts';
import type { ChatMessage, ModelDetail, TemplatePreview } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Legend } from '../../components/figures.tsx';
import { GrowingText } from '../../components/growing-text.tsx';
import { Banner } from '../../components/labels.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../components/states.tsx';
import { useCall } from '../../host.ts';
import { Checks } from './checks.tsx';
import { TokenLine } from './token-line.tsx';

/** Between a key and the question that follows it. */
const PAUSE_MS = 250;
const MOST_MESSAGES = 32;

interface Line extends ChatMessage {
  readonly key: number;
}

let nextKey = 0;
const line = (role: string, content: string): Line => ({ key: nextKey++, role, content });

const START = (chat: boolean): readonly Line[] => [
  line('user', 'What is the capital of Brazil?'),
  line('assistant', chat ? 'The capital of Brazil is Brasília.' : ' The capital of Brazil is Brasília.'),
];

const ROLES = ['system', 'user', 'assistant'];

interface EditorProps {
  readonly lines: readonly Line[];
  readonly chat: boolean;
  readonly onChange: (lines: readonly Line[]) => void;
}

function Editor({ lines, chat, onChange }: EditorProps) {
  const change = (key: number, part: Partial<ChatMessage>) =>
    onChange(lines.map((each) => (each.key === key ? { ...each, ...part } : each)));
  const next = lines.at(-1)?.role === 'user' ? 'assistant' : 'user';
  return (
    <>
      <ol className="pl-messages" aria-label="Conversation">
        {lines.map(({ key, role, content }, at) => (
          <li key={key}>
            <Select
              aria-label={`Role of message ${at + 1}`}
              data={chat || role === 'assistant' || role === 'user' ? ROLES : [...ROLES, role]}
              value={role}
              allowDeselect={false}
              onChange={(value) => change(key, { role: value ?? role })}
              w={116}
            />
            <GrowingText
              aria-label={`Text of message ${at + 1}`}
              minRows={1}
              maxRows={8}
              value={content}
              className="pl-grow"
              onChange={(event) => change(key, { content: event.currentTarget.value })}
            />
            <ActionIcon
              aria-label={`Remove message ${at + 1}`}
              disabled={lines.length === 1}
              onClick={() => onChange(lines.filter((each) => each.key !== key))}
            >
              <IconTrash />
            </ActionIcon>
          </li>
        ))}
      </ol>
      <div className="pl-row">
        <Button
          leftSection={<IconPlus />}
          disabled={lines.length >= MOST_MESSAGES}
          onClick={() => onChange([...lines, line(next, '')])}
        >
          Add message
        </Button>
        {!chat && <span className="pl-caption">No chat template: the texts follow each other as they are.</span>}
      </div>
    </>
  );
}

function Result({ preview, ids }: { preview: TemplatePreview; ids: boolean }) {
  const { problem, tokens, checks } = preview;
  if (problem !== null)
    return (
      <Banner tone="warn" title="The template refuses this conversation.">
        {problem}
      </Banner>
    );
  return (
    <>
      <TokenLine label="Tokens" tokens={tokens} ids={ids} />
      <Checks label="Checks" lines={checks} />
    </>
  );
}

/** What is counted, beside the title: it changes while the text does. */
const countOf = ({ tokens }: TemplatePreview): string => {
  const trained = tokens.filter((token) => token.scored).length;
  return `${counted(tokens.length, 'token')}, ${whole(trained)} trained on`;
};

export function TemplateTab({ detail }: { detail: ModelDetail }) {
  const chat = detail.tokenizer?.template != null;
  const [lines, setLines] = useState(() => START(chat));
  const [ids, setIds] = useState(true);
  const [limit, setLimit] = useState<number | null>(null);
  const [asked] = useDebouncedValue(lines, PAUSE_MS);
  const messages = asked.map(({ role, content }) => ({ role, content }));
  const preview = useCall(
    'models.preview',
    { id: detail.model.id, messages, maxLength: limit },
    { keep: true, enabled: detail.tokenizer !== null },
  );
  if (!detail.tokenizer)
    return <EmptyState title="This model has no tokenizer.">Import it again together with one.</EmptyState>;
  return (
    <div className="pl-template-cards">
      <Card title="Conversation" note="The last message is the answer when the assistant says it">
        <Editor lines={lines} chat={chat} onChange={setLines} />
      </Card>
      <Card
        title="Tokens"
        note={preview.data && <span aria-live="polite">{countOf(preview.data)}</span>}
        action={
          <span className="pl-row">
            <Legend colour="chosen-fill">trained on</Legend>
            <Switch label="Ids" checked={ids} onChange={(event) => setIds(event.currentTarget.checked)} />
            <NumberInput
              aria-label="max_length"
              placeholder="max_length"
              min={1}
              max={1_000_000}
              allowDecimal={false}
              value={limit ?? ''}
              onChange={(value) => setLimit(typeof value === 'number' && value >= 1 ? Math.floor(value) : null)}
              w={108}
            />
          </span>
        }
      >
        {preview.data && <Result preview={preview.data} ids={ids} />}
        {preview.isPending && <SkeletonLines count={4} />}
        {preview.isError && <ErrorState error={preview.error} what="The tokens could not be made" />}
      </Card>
    </div>
  );
}
