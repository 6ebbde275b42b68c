/** Inspect in the address: which models, which prompt, which tab. `#/inspect?a=MODEL&b=MODEL&ref=MODEL&prompt=TEXT&chat=1&tab=force`. */
import { type InspectState, LETTERS, newPane, type Tab } from './state.ts';

const TABS: readonly Tab[] = ['generate', 'force', 'probes'];

type Linked = Pick<InspectState, 'panes' | 'prompt' | 'reference' | 'tab' | 'chosen' | 'rejected'>;

/** What the address says; what it leaves out stays as it is. */
export function readLink(query: string, was: Linked): Partial<Linked> {
  const link = new URLSearchParams(query);
  const models = LETTERS.map((letter) => link.get(letter.toLowerCase())).filter(
    (model) => model !== null && model !== '',
  );
  const text = link.get('prompt');
  const tab = TABS.find((each) => each === link.get('tab'));
  const same = models.length === was.panes.length && models.every((model, i) => was.panes[i].model === model);
  return {
    ...(models.length > 0 && !same ? { panes: models.map((model) => newPane(model ?? '')) } : {}),
    ...(text !== null && (text !== was.prompt.text || (link.get('chat') === '1') !== was.prompt.chat)
      ? { prompt: { before: [], text, chat: link.get('chat') === '1' } }
      : {}),
    ...(link.has('ref') ? { reference: link.get('ref') } : {}),
    ...(link.has('chosen') ? { chosen: link.get('chosen') ?? '' } : {}),
    ...(link.has('rejected') ? { rejected: link.get('rejected') ?? '' } : {}),
    ...(tab ? { tab } : {}),
  };
}

/** Longer prompts stay out of the address. */
const LONGEST_PROMPT = 1000;

export function writeLink({
  panes,
  prompt,
  reference,
  tab,
}: Pick<Linked, 'panes' | 'prompt' | 'reference' | 'tab'>): string {
  const link = new URLSearchParams();
  panes.forEach(({ model }, i) => {
    link.set(LETTERS[i].toLowerCase(), model);
  });
  if (reference !== null) link.set('ref', reference);
  if (prompt.text !== '' && prompt.text.length <= LONGEST_PROMPT && prompt.before.length === 0) {
    link.set('prompt', prompt.text);
    if (prompt.chat) link.set('chat', '1');
  }
  if (tab !== 'generate') link.set('tab', tab);
  return link.toString();
}
