/** Angles of rotary position embeddings (RoFormer, 2104.09864), with the scalings of linear interpolation and Llama 3.1. */
import type { RopeConfig } from './config.ts';

/** Rotation per position for each of headSize/2 pairs, radians. */
export function ropeFrequencies(rope: RopeConfig, headSize: number): Float64Array {
  const half = headSize / 2;
  // float32 as transformers computes them
  return Float64Array.from({ length: half }, (_, i) => scaled(rope, 1 / rope.theta ** ((2 * i) / headSize)));
}

function scaled(rope: RopeConfig, frequency: number): number {
  if (rope.type === 'linear') return frequency / rope.factor;
  if (rope.type === 'default') return frequency;
  // Llama 3.1: wavelengths beyond the original context are stretched, short ones kept, the rest interpolated
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength > rope.originalContext / rope.lowFrequencyFactor) return frequency / rope.factor;
  if (wavelength < rope.originalContext / rope.highFrequencyFactor) return frequency;
  const smooth =
    (rope.originalContext / wavelength - rope.lowFrequencyFactor) /
    (rope.highFrequencyFactor - rope.lowFrequencyFactor);
  return (1 - smooth) * (frequency / rope.factor) + smooth * frequency;
}

/** cos and sin of position · frequency, [positions, headSize/2]; both multiplied by `scale` (the query's 1/√d goes here for free). */
export function ropeTables(rope: RopeConfig, headSize: number, positions: number, scale = 1) {
  const frequencies = ropeFrequencies(rope, headSize);
  const half = frequencies.length;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let p = 0; p < positions; p++) {
    for (let i = 0; i < half; i++) {
      const angle = p * frequencies[i];
      cos[p * half + i] = scale * Math.cos(angle);
      sin[p * half + i] = scale * Math.sin(angle);
    }
  }
  return { cos, sin };
}
