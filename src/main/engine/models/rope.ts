/** Angles of rotary position embeddings (RoFormer, 2104.09864), with the scalings of linear interpolation, Llama 3.1, YaRN and LongRoPE. */
import type { RopeConfig } from './rope-config.ts';

/** Rotation per position for each of headSize/2 pairs, radians. */
export function ropeFrequencies(rope: RopeConfig, headSize: number): Float64Array {
  const plain = Float64Array.from({ length: headSize / 2 }, (_, i) => 1 / rope.theta ** ((2 * i) / headSize));
  if (rope.type === 'longrope') return plain.map((frequency, i) => frequency / rope.pairFactors[i]);
  return rope.type === 'yarn' ? yarn(rope, headSize, plain) : plain.map((frequency) => scaled(rope, frequency));
}

/** YaRN (2309.00071, eq. 17 to 23): pairs that turn often within the original context are kept, slow ones stretched, a linear ramp between. */
function yarn(rope: RopeConfig, headSize: number, plain: Float64Array): Float64Array {
  const pairAt = (turns: number) =>
    (headSize * Math.log(rope.originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(rope.theta));
  const round = (x: number, whole: (x: number) => number) => (rope.truncate ? whole(x) : x);
  const low = Math.max(round(pairAt(rope.betaFast), Math.floor), 0);
  const high = Math.min(round(pairAt(rope.betaSlow), Math.ceil), headSize - 1);
  const width = high === low ? 0.001 : high - low;
  return plain.map((frequency, i) => {
    const stretched = Math.min(1, Math.max(0, (i - low) / width));
    return (frequency / rope.factor) * stretched + frequency * (1 - stretched);
  });
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
  const amplitude = scale * rope.attentionFactor;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let p = 0; p < positions; p++) {
    for (let i = 0; i < half; i++) {
      const angle = p * frequencies[i];
      cos[p * half + i] = amplitude * Math.cos(angle);
      sin[p * half + i] = amplitude * Math.sin(angle);
    }
  }
  return { cos, sin };
}
