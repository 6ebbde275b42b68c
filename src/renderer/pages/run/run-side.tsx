/** Beside the charts: the answers to one prompt over time, and the last lines of the log. */
import type { LogLine, RunSample } from '../../../preload/contract/index.ts';
import { SidePanel } from '../../components/side-panel.tsx';
import { LogLines } from './log.tsx';
import { PromptPicker, PromptSamples } from './samples.tsx';

const LAST_LINES = 40;

export interface RunSideProps {
  readonly prompts: readonly (readonly RunSample[])[];
  readonly index: number;
  readonly onIndex: (index: number) => void;
  readonly log: readonly LogLine[];
  readonly onLog: () => void;
}

export function RunSide({ prompts, index, onIndex, log, onLog }: RunSideProps) {
  return (
    <SidePanel
      label="Samples and log"
      title={<h2>Samples over time</h2>}
      actions={prompts.length > 0 && <PromptPicker index={index} count={prompts.length} onChange={onIndex} />}
      footer={
        <section className="pl-panel-foot" aria-label="Log, last lines">
          <div className="pl-row">
            <h2 className="pl-grow">Log</h2>
            <button type="button" className="pl-link" onClick={onLog}>
              Open
            </button>
          </div>
          {/* newest at the bottom, older ones above as far as there is room */}
          <div className="pl-log-tail">
            <LogLines lines={log.slice(-LAST_LINES)} />
          </div>
        </section>
      }
    >
      {prompts.length === 0 ? (
        <p className="pl-2">No samples yet. They are drawn at every evaluation when sample_prompts is above 0.</p>
      ) : (
        <PromptSamples samples={prompts[index] ?? []} />
      )}
    </SidePanel>
  );
}
