/** Gradient accumulation, clipping and AdamW over all weights of a model, with state that can be saved. */

import type { Tensor } from '../engine/graph/value.ts';
import type { Trainable } from '../engine/models/language-model.ts';
import { type AdamWOptions, adamwStep, initMoments, type Moments } from '../engine/optim/adamw.ts';
import { clipFactor, globalNorm } from '../engine/optim/clip.ts';
import { type CommonOptions, ConfigError } from './config.ts';
import { Diverged } from './diverged.ts';
import { gradientName } from './step-graph.ts';
import { timedNow } from './step-times.ts';

export interface OptimiserOptions extends AdamWOptions {
  /** 0 or null: no clipping. */
  readonly maxGradNorm: number | null;
  /** Parts of names: weights that have one stay as they are, and do not enter the norm. */
  readonly frozen?: readonly string[];
}

/** The optimiser a config asks for. */
export const optimiserOptions = (options: Omit<CommonOptions, 'dataset'>): OptimiserOptions => ({
  beta1: options.adam_beta1,
  beta2: options.adam_beta2,
  epsilon: options.adam_epsilon,
  weightDecay: options.weight_decay,
  maxGradNorm: options.max_grad_norm,
  frozen: options.frozen_weights,
});

/** What is left to train. Throws ConfigError when a part names no weight, or when nothing is left. */
function withoutFrozen(model: Trainable, frozen: readonly string[]): Trainable {
  const names = [...model.weights.keys()];
  for (const part of frozen)
    if (!names.some((name) => name.includes(part)))
      throw new ConfigError(`frozen_weights: no weight has "${part}" in its name; weights are ${names.join(', ')}`);
  const isFrozen = (name: string) => frozen.some((part) => name.includes(part));
  if (names.every(isFrozen)) throw new ConfigError('frozen_weights: nothing is left to train');
  return {
    specs: model.specs.filter(({ name }) => !isFrozen(name)),
    weights: new Map([...model.weights].filter(([name]) => !isFrozen(name))),
  };
}

/** Where a backward pass leaves its gradients, by output name. */
export interface GradientTarget {
  /** Arrays to write them into; valid until the next `accumulate`. */
  gradientArrays(): Readonly<Record<string, Float32Array>>;
  accumulate(outputs: Readonly<Record<string, Tensor>>): void;
}

export class Optimiser implements GradientTarget {
  readonly model: Trainable;
  readonly options: OptimiserOptions;
  /** Optimiser steps taken: the t of the bias correction. */
  steps = 0;
  #moments = new Map<string, Moments>();
  #gradients = new Map<string, Float32Array>();
  /** Arrays that gradients are written into again and again: the first of each tensor, and later ones, which are added to it. */
  readonly #first = new Map<string, Float32Array>();
  readonly #later = new Map<string, Float32Array>();

  constructor(model: Trainable, options: OptimiserOptions) {
    this.model = options.frozen ? withoutFrozen(model, options.frozen) : model;
    this.options = options;
    for (const [name, data] of this.model.weights) this.#moments.set(name, initMoments(data.length));
  }

  /**
   * Where the next micro-batch's gradients may be written, by output name: fresh memory for every step would cost more than the copy it saves.
   * To be passed to the run whose outputs `accumulate` gets; valid until the next call.
   */
  gradientArrays(): Readonly<Record<string, Float32Array>> {
    const arrays: Record<string, Float32Array> = {};
    for (const [name, { length }] of this.model.weights) {
      const kept = this.#gradients.has(name) ? this.#later : this.#first;
      const array = kept.get(name) ?? new Float32Array(length);
      kept.set(name, array);
      arrays[gradientName(name)] = array;
    }
    return arrays;
  }

  /** Adds the gradients found among a step graph's outputs, of all parameters or of some. The first one is kept without a copy. */
  accumulate(outputs: Readonly<Record<string, Tensor>>): void {
    for (const name of this.model.weights.keys()) {
      const found = outputs[gradientName(name)]?.data as Float32Array | undefined;
      if (!found) continue;
      const sum = this.#gradients.get(name);
      if (!sum) this.#gradients.set(name, found);
      else for (let i = 0; i < sum.length; i++) sum[i] += found[i];
    }
  }

  /** Clips, steps, forgets the gradients; returns the norm before clipping. Throws Diverged, and takes no step, where that is not finite. */
  step(learningRate: number): number {
    return timedNow('optimiser', () => this.#take(learningRate));
  }

  #take(learningRate: number): number {
    if (this.#gradients.size === 0) throw new Error('a step needs gradients first');
    const gradients = [...this.model.weights.keys()].map((name) => this.#gradients.get(name) ?? new Float32Array());
    const norm = globalNorm(gradients);
    if (!Number.isFinite(norm)) {
      this.forget();
      throw new Diverged(`the norm of the gradient is ${norm}`);
    }
    const gradientScale = clipFactor(norm, this.options.maxGradNorm);
    this.steps++;
    for (const { name, decay } of this.model.specs) {
      const weight = this.model.weights.get(name);
      const gradient = this.#gradients.get(name);
      const moments = this.#moments.get(name);
      if (!weight || !gradient || !moments) throw new Error(`no gradient for "${name}"`);
      adamwStep(weight, gradient, moments, this.options, { step: this.steps, learningRate, gradientScale, decay });
    }
    this.forget();
    return norm;
  }

  /** Drops gradients that were accumulated and shall not be learnt from. */
  forget(): void {
    this.#gradients.clear();
  }

  /** Moments by name for a checkpoint: `exp_avg.NAME` and `exp_avg_sq.NAME`, torch's words. */
  state(): Map<string, { shape: readonly number[]; data: Float32Array }> {
    const state = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const { name, shape } of this.model.specs) {
      const moments = this.#moments.get(name) ?? initMoments(0);
      state.set(`exp_avg.${name}`, { shape, data: moments.first });
      state.set(`exp_avg_sq.${name}`, { shape, data: moments.second });
    }
    return state;
  }

  /** Restores what `state` gave. */
  restore(steps: number, read: (name: string) => Float32Array): void {
    this.steps = steps;
    for (const name of this.model.weights.keys())
      this.#moments.set(name, { first: read(`exp_avg.${name}`), second: read(`exp_avg_sq.${name}`) });
  }
}
