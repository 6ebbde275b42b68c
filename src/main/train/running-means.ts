/** Means over all micro-batches so far that a loss needs inside its graph (BCO's reward shift): fed in, read back, saved with the run. */
import type { GraphBuilder } from '../engine/graph/builder.ts';
import type { Tensor, Value } from '../engine/graph/value.ts';
import { float32 } from '../engine/runtime/session.ts';

interface Entry {
  mean: number;
  count: number;
}

export class RunningMeans {
  #entries = new Map<string, Entry>();

  /** The mean with this scalar included, as a value of the graph; no gradient. */
  build(g: GraphBuilder, name: string, value: Value): Value {
    if (!this.#entries.has(name)) this.#entries.set(name, { mean: 0, count: 0 });
    const before = g.input(`${name}_before`, 'float32', []);
    const share = g.input(`${name}_share`, 'float32', []);
    const after = g.add(before, g.mul(share, g.sub(value, before)));
    g.output(name, after);
    return g.stopGradient(after);
  }

  /** What a run of the graph feeds; held-out batches do not move the means. */
  feeds(training: boolean): Record<string, Tensor> {
    const scalar = (value: number) => float32([], Float32Array.of(value));
    return Object.fromEntries(
      [...this.#entries].flatMap(([name, { mean, count }]) => [
        [`${name}_before`, scalar(mean)],
        [`${name}_share`, scalar(training ? 1 / (count + 1) : 0)],
      ]),
    );
  }

  /** Takes the new means from a training run's outputs. */
  update(outputs: Readonly<Record<string, Tensor>>): void {
    for (const [name, entry] of this.#entries) {
      entry.mean = Number(outputs[name].data[0]);
      entry.count++;
    }
  }

  save(): unknown {
    return Object.fromEntries(this.#entries);
  }

  restore(saved: unknown): void {
    for (const [name, { mean, count }] of Object.entries((saved ?? {}) as Record<string, Entry>))
      this.#entries.set(name, { mean, count });
  }
}
