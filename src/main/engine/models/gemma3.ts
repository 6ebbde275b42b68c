/** The text part of the Gemma 3 family (2503.19786): five layers with a window and a rotation of their own to one without, norms on heads. */
import { ConfigReader } from './config.ts';
import { readWindow, readWindows } from './decoder-config.ts';
import { gatedDecoder } from './gated-decoder.ts';
import { readGemma } from './gemma2.ts';
import { type RopeConfig, record, ropeFrom } from './rope-config.ts';

/** transformers 5 keeps a record per kind of layer; 4 keeps a base for each and one scaling, of the layers without a window. */
function readRotations(read: ConfigReader): { rope: RopeConfig; windowRope: RopeConfig } {
  const parameters = record(read.raw, 'rope_parameters');
  const full = { ...record(parameters, 'full_attention'), ...record(read.raw, 'rope_scaling') };
  return {
    rope: ropeFrom(read, full, read.positive('rope_theta', 1_000_000)),
    windowRope: ropeFrom(read, record(parameters, 'sliding_attention'), read.positive('rope_local_base_freq', 10_000)),
  };
}

export const gemma3 = gatedDecoder({
  id: 'gemma3',
  title: 'Gemma 3',
  modelTypes: ['gemma3_text'],
  classifierName: 'Gemma3Text',
  headNorms: true,
  outputNorms: true,
  normsFromOne: true,
  readConfig(raw) {
    const read = new ConfigReader(raw);
    const { rope, windowRope } = readRotations(read);
    const decoder = readGemma(read, 'gemma3', 131_072, rope);
    const pattern = read.positive('sliding_window_pattern', 6);
    return {
      ...decoder,
      windowRope,
      windows: readWindows(read, decoder.layers, readWindow(read, 4096), (layer) => (layer + 1) % pattern !== 0),
      // transformers reads attn_logit_softcapping and never applies it; every Gemma 3 has null there
      logitCap: read.optional('final_logit_softcapping', null),
    };
  },
});
