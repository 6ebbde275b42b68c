/** Tokens of a text one after the other, each with its boundaries; what is trained on is tinted. */
import type { PreviewToken } from '../../../preload/contract/index.ts';

/** What a token shows of itself: its characters, or its name where it has none. Ends of lines are seen and kept. */
function Shown({ text, token }: Pick<PreviewToken, 'text' | 'token'>) {
  const shown = text === '' ? token : text;
  if (!shown.includes('\n')) return shown;
  const lines = shown.split('\n');
  return lines.map((line, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of one token have no identity
    <span key={at}>
      {line}
      {at < lines.length - 1 && (
        <>
          <span className="pl-3">⏎</span>
          <br />
        </>
      )}
    </span>
  ));
}

export const tokenTitle = ({ id, token, scored, special, unknown }: Omit<PreviewToken, 'text'>): string =>
  `${JSON.stringify(token)}, id ${id}${unknown ? ', unknown' : special ? ', special' : ''}${scored ? ', trained on' : ''}`;

export interface TokenLineProps {
  readonly label: string;
  readonly tokens: readonly PreviewToken[];
  /** The id under each token. */
  readonly ids?: boolean;
}

export function TokenLine({ label, tokens, ids = false }: TokenLineProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and what scrolls must be reachable by keyboard
    <section className="pl-token-box" aria-label={label} tabIndex={0} data-ids={ids || undefined}>
      {tokens.map((token, at) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place
          key={at}
          className="pl-token"
          data-special={token.special || undefined}
          data-unknown={token.unknown || undefined}
          data-scored={token.scored || undefined}
          data-odd={at % 2 === 1 || undefined}
          title={tokenTitle(token)}
        >
          <Shown text={token.text} token={token.token} />
          {ids && <small>{token.id}</small>}
        </span>
      ))}
    </section>
  );
}
