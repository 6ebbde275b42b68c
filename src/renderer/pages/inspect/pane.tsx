/** One model's answer: its sums, its tokens, and where in the answer the reward was earned. */
import { ActionIcon, Button, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { memo, useDeferredValue, useMemo, useRef } from 'react';
import type { LineChart } from '../../../charts/line-chart.ts';
import { methodLook } from '../../../charts/method-looks.ts';
import { compact, MISSING, shown, signed, whole } from '../../../charts/numbers.ts';
import type { ModelChoice, SamplingSettings } from '../../../preload/contract/index.ts';
import { Banner, MethodMark, Tag } from '../../components/labels.tsx';
import { MetricChart } from '../../components/metric-chart.tsx';
import { WordDiff } from '../../components/word-diff.tsx';
import { compareWords } from '../../components/words.ts';
import { generateOne, removePane } from './generation.ts';
import { betaOf, choiceOf, optionsOf, titleOf } from './models.ts';
import { knownOf, type Mode, runningSum, tokenValue, total } from './numbers.ts';
import { readAgain } from './reading.ts';
import { Sampling } from './sampling.tsx';
import { answerText, isBusy, LETTERS, type Pane, type PaneAnswer, usePaneModels, useParts } from './state.ts';
import { TokenList } from './token-list.tsx';
import { MODE_WORDS } from './token-words.ts';

function Sum({ title, value, unit }: { title: string; value: string; unit: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {value} <small>{unit}</small>
      </dd>
    </div>
  );
}

/** The same four places whatever there is to say: nothing moves while text streams in. */
function Sums({ answer, beta }: { answer: PaneAnswer | null; beta: number }) {
  const tokens = answer?.tokens ?? [];
  const valuesOf = (mode: Mode) => tokens.map((token) => tokenValue(token, mode, beta));
  const rewards = valuesOf('reward');
  // while an answer is written its newest tokens are not read yet
  const read = isBusy(answer) ? knownOf(rewards) : rewards;
  const reward = answer?.reward ?? answer?.gold ?? null;
  return (
    <dl className="pl-sums">
      <Sum
        title="implicit reward"
        value={signed(total(read), 2)}
        unit={read.length > 0 && read.length < rewards.length ? 'nats so far' : 'nats'}
      />
      <Sum title="log π" value={signed(total(valuesOf('logp')), 1)} unit="nats" />
      <Sum
        title={answer?.reward == null && answer?.gold != null ? 'gold reward' : 'reward model'}
        value={compact(reward)}
        unit={answer?.reward != null && answer.gold !== null ? `gold ${compact(answer.gold)}` : ''}
      />
      <Sum title="length" value={tokens.length === 0 ? MISSING : whole(tokens.length)} unit="tok" />
    </dl>
  );
}

const FINISH_WORDS = { eos: null, stop: 'ended by a stop string', length: 'cut off at the limit' } as const;

/** What an answer's state is, in words; null when there is nothing to add. */
function stateWords({ status, end, tokens }: PaneAnswer): string | null {
  if (status === 'opening') return 'The model is being opened …';
  if (status === 'stopped') return 'stopped';
  if (status === 'writing' && tokens.length === 0) return 'The prompt is being read …';
  return end ? FINISH_WORDS[end.finish] : null;
}

/** Which weights wrote the answer, what that changes, and whose numbers are shown. */
const weightWords = ({ weights, exact }: PaneAnswer): string | null =>
  weights &&
  `Written with ${weights.bits}-bit weights: mean |Δ ln p| ${compact(weights.meanAbsLogpChange)} and KL ${compact(weights.meanKl)} nats a token against float32, over ${weights.tokens} tokens of built-in texts. ${exact ? 'The numbers shown are read with the float32 weights.' : `Coloured tokens are read with the float32 weights; numbers of the newest are those of the ${weights.bits}-bit weights until they are read as well.`}`;

interface BodyProps {
  readonly letter: string;
  readonly answer: PaneAnswer;
  readonly beta: number;
  /** Shown word by word against this answer. */
  readonly against: string | null;
  readonly first: boolean;
}

const Body = memo(function Body({ letter, answer, beta, against, first }: BodyProps) {
  const { mode, showNumbers, wordDiff } = useParts('mode', 'showNumbers', 'wordDiff');
  const text = answerText(answer);
  const parts = useMemo(() => {
    if (!wordDiff || against === null) return null;
    // the first pane is told from the one beside it, every other one from the first
    return first ? compareWords(text, against)?.chosen : compareWords(against, text)?.rejected;
  }, [wordDiff, against, text, first]);
  const words = stateWords(answer);
  const weights = weightWords(answer);
  return (
    <>
      {parts ? (
        <p className="pl-prose pl-answer-words">
          <WordDiff parts={parts} side={first ? 'chosen' : 'rejected'} />
        </p>
      ) : (
        <TokenList
          label={`Answer ${letter}, token by token`}
          tokens={answer.tokens}
          mode={mode}
          beta={beta}
          numbers={showNumbers}
          writing={isBusy(answer)}
        />
      )}
      {words && (
        <p className="pl-row">
          <Tag tone={answer.end?.finish === 'length' ? 'warn' : 'plain'}>{words}</Tag>
        </p>
      )}
      {weights && <p className="pl-caption">{weights}</p>}
      {answer.tokens.length > 0 && answer.whyNoReference && <p className="pl-caption">{answer.whyNoReference}</p>}
    </>
  );
});

const CHART_STEP = 16;
/** A longer line moves less with each token. */
const CHART_GROWTH = 1 / 16;

/** While text comes in the chart follows every so many tokens: drawing it costs more than the text does. */
function useInSteps(tokens: PaneAnswer['tokens'], writing: boolean): PaneAnswer['tokens'] {
  const drawn = useRef(tokens);
  const { length } = drawn.current;
  const more = tokens.length - length;
  if (!writing || more < 0 || more >= Math.max(CHART_STEP, CHART_GROWTH * length)) drawn.current = tokens;
  return drawn.current;
}

const SumChart = memo(function SumChart({
  answer,
  beta,
  choice,
}: {
  answer: PaneAnswer;
  beta: number;
  choice: ModelChoice | undefined;
}) {
  const { mode } = useParts('mode');
  const tokens = useInSteps(answer.tokens, isBusy(answer));
  const chart = useMemo((): LineChart => {
    const points = runningSum(tokens.map((token) => tokenValue(token, mode, beta)));
    const { colour } = methodLook(choice?.method ?? 'ref');
    return {
      lines: [{ name: MODE_WORDS[mode], colour, points: points.length > 1 ? points : [] }],
      xName: 'token',
      unit: `${MODE_WORDS[mode]}, nats${mode === 'reward' ? `, β ${shown(beta)}` : ''}`,
      smoothing: 0,
    };
  }, [tokens, mode, beta, choice?.method]);
  return <MetricChart bare title="Running sum" chart={chart} height={116} />;
});

export interface PaneProps {
  readonly pane: Pane;
  readonly index: number;
  readonly choices: readonly ModelChoice[];
  readonly against: string | null;
}

interface HeadProps {
  readonly id: number;
  readonly model: string;
  readonly own: SamplingSettings | null;
  readonly index: number;
  readonly choices: readonly ModelChoice[];
}

/** Drawn anew when its model or settings change, not with every token. */
const PaneHead = memo(function PaneHead({ id, model: chosen, own, index, choices }: HeadProps) {
  const { sampling, setPane } = useParts('sampling', 'setPane');
  const count = usePaneModels().length;
  const choice = choiceOf(choices, chosen);
  const letter = LETTERS[index];
  const writers = choices.filter(({ head }) => head === 'language');
  return (
    <header className="pl-pane-head">
      <h2>{letter}</h2>
      <MethodMark method={choice?.method ?? 'ref'} bare />
      <Select
        className="pl-grow"
        variant="unstyled"
        title={choice && titleOf(choice)}
        aria-label={`Model of pane ${letter}`}
        searchable
        data={optionsOf(writers)}
        value={choice ? chosen : null}
        placeholder={choice ? undefined : `${chosen} is not here: choose a model`}
        onChange={(model) => {
          if (model === null || model === chosen) return;
          setPane(id, { model, answer: null });
          // the reference may be another one now
          readAgain(choices);
        }}
      />
      <Sampling
        compact
        label={`Settings of pane ${letter}${own ? ', its own' : ''}`}
        settings={own ?? sampling}
        onChange={(next) => setPane(id, { sampling: next })}
        onShare={own ? () => setPane(id, { sampling: null }) : undefined}
      />
      {count > 1 && (
        <ActionIcon size={24} aria-label={`Remove pane ${letter}`} onClick={() => removePane(id)}>
          <IconX />
        </ActionIcon>
      )}
    </header>
  );
});

export const PaneCard = memo(function PaneCard({ pane, index, choices, against }: PaneProps) {
  const { beta: chosen } = useParts('beta');
  const { answer } = pane;
  // text and curve follow in their own time: a key that comes meanwhile goes first
  const drawn = useDeferredValue(answer);
  const choice = choiceOf(choices, pane.model);
  const beta = betaOf(choice, chosen);
  const letter = LETTERS[index];
  return (
    <section className="pl-card flush pl-pane" aria-label={`Pane ${letter}`} aria-busy={isBusy(answer)}>
      <PaneHead id={pane.id} model={pane.model} own={pane.sampling} index={index} choices={choices} />
      <Sums answer={answer} beta={beta} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="pl-pane-text" tabIndex={0} aria-label={`Answer ${letter}`}>
        {answer?.error && (
          <Banner
            tone="danger"
            title={answer.status === 'failed' ? 'Nothing more was written.' : 'Not all numbers are there.'}
            actions={
              <Button onClick={() => (answer.status === 'failed' ? generateOne(choices, pane) : readAgain(choices))}>
                Try again
              </Button>
            }
          >
            {answer.error}
          </Banner>
        )}
        {drawn ? (
          <Body letter={letter} answer={drawn} beta={beta} against={against} first={index === 0} />
        ) : (
          <p className="pl-caption">No answer yet. Press Generate.</p>
        )}
      </section>
      <div className="pl-pane-chart">{drawn && <SumChart answer={drawn} beta={beta} choice={choice} />}</div>
    </section>
  );
});
