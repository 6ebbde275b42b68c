/** The quickstart's table as it fills: models, what must be said beside them, and who wins against whom. */
import { fixed, MISSING, percent, whole } from '../../../charts/numbers.ts';
import { quickstartNotes, verdictOf, winMinusLossText } from '../../../charts/quickstart-notes.ts';
import type { QuickstartComparison, QuickstartModel, QuickstartState } from '../../../preload/contract/index.ts';
import { Card } from '../../components/card.tsx';
import { Legend, WinTieLoss } from '../../components/figures.tsx';
import { Banner, MethodMark } from '../../components/labels.tsx';

const dash = (text: string) => (text === MISSING ? <span className="pl-3">{text}</span> : text);

/** The reference is drawn as one, whatever method made it. */
const markOf = ({ method }: QuickstartModel): string => (method === 'sft' ? 'ref' : method);

function ModelRow({ model }: { model: QuickstartModel }) {
  return (
    <tr>
      <td className="cut">
        <MethodMark method={markOf(model)} title={model.title} />
      </td>
      <td className="end pl-strong">{dash(fixed(model.gold, 2))}</td>
      <td className="end">{dash(fixed(model.quality, 2))}</td>
      <td className="end">{dash(fixed(model.kl, 2))}</td>
      <td className="end">{dash(fixed(model.tokens, 1))}</td>
      <td className="end">{dash(percent(model.ended))}</td>
      <td className="end">{dash(percent(model.offGrammar))}</td>
      <td className="end">{dash(whole(model.labels))}</td>
    </tr>
  );
}

export function QuickstartModels({ state }: { state: QuickstartState }) {
  const note =
    state.prompts === 0
      ? 'latest evaluation of each; the comparison fills in the rest'
      : `one answer to each of ${whole(state.prompts)} held-out prompts, at temperature 1`;
  return (
    <Card title="Models" note={note}>
      <table className="pl-table plain dense" aria-label="Models of the quickstart">
        <thead>
          <tr>
            <th style={{ width: '28%' }}>Model</th>
            <th className="end">Gold</th>
            <th className="end">
              Quality <span className="pl-3">1–5</span>
            </th>
            <th className="end">
              KL <span className="pl-3">nats</span>
            </th>
            <th className="end">Tokens</th>
            <th className="end">Ends</th>
            <th className="end">Off grammar</th>
            <th className="end">Labels</th>
          </tr>
        </thead>
        <tbody>
          {state.models.map((model) => (
            <ModelRow key={model.method} model={model} />
          ))}
        </tbody>
      </table>
      <div className="pl-home-notes">
        {quickstartNotes(state).map(({ claim, text }, index) =>
          index === 0 ? (
            <Banner key={claim} tone="warn" title={claim}>
              {text}
            </Banner>
          ) : (
            <p key={claim}>
              <strong>{claim}</strong> {text}
            </p>
          ),
        )}
      </div>
    </Card>
  );
}

function PairRow({ pair, model }: { pair: QuickstartComparison; model: QuickstartModel | undefined }) {
  const share = (count: number) => fixed((100 * count) / pair.n, 0);
  return (
    <tr>
      <td className="cut">{model ? <MethodMark method={markOf(model)} title={model.title} /> : pair.a}</td>
      <td className="pl-home-bar">
        <WinTieLoss win={pair.win} tie={pair.tie} loss={pair.loss} />
      </td>
      <td className="end">
        {share(pair.win)} · {share(pair.tie)} · {share(pair.loss)}
      </td>
      <td className="end">
        <span className="pl-strong">{percent(pair.winRate)}</span>{' '}
        <span className="pl-caption">
          {fixed(100 * pair.interval[0], 1)}–{fixed(100 * pair.interval[1], 1)}
        </span>
      </td>
      <td className="end">{winMinusLossText(pair)}</td>
      <td className="end">{verdictOf(pair)}</td>
    </tr>
  );
}

export function QuickstartComparisons({ state }: { state: QuickstartState }) {
  const modelOf = (name: string) => state.models.find((model) => model.name === name);
  const opponents = [...new Set(state.comparisons.map(({ b }) => b))];
  return (
    <Card title="Win, tie and loss" note="by the gold reward; 95% intervals over prompts">
      <table className="pl-table plain dense pl-home-pairs" aria-label="Comparisons of the quickstart">
        <thead>
          <tr>
            <th style={{ width: '26%' }}>Model</th>
            <th className="pl-home-bar">win · tie · loss</th>
            <th className="end">
              Shares <span className="pl-3">%</span>
            </th>
            <th className="end">Win rate</th>
            <th className="end">Win − loss</th>
            <th className="end">Verdict</th>
          </tr>
        </thead>
        {opponents.map((opponent) => (
          <tbody key={opponent}>
            <tr>
              <th colSpan={6} scope="rowgroup">
                against {modelOf(opponent)?.title ?? opponent}
              </th>
            </tr>
            {state.comparisons
              .filter(({ b }) => b === opponent)
              .map((pair) => (
                <PairRow key={pair.a} pair={pair} model={modelOf(pair.a)} />
              ))}
          </tbody>
        ))}
      </table>
      <div className="pl-home-legend">
        <Legend colour="chosen-fill">wins</Legend>
        <Legend colour="tie-fill">tie</Legend>
        <Legend colour="rejected-fill">loses</Legend>
        <span className="pl-caption">Win rate = (wins + ½ ties) / n. A draw: the interval of win − loss holds 0.</span>
      </div>
    </Card>
  );
}
