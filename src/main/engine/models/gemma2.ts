/** The Gemma 2 family (2408.00118): soft caps, every other layer sees a window, norms around each part, scaled embeddings. */
import { ConfigReader, type ModelConfig } from './config.ts';
import { readDecoder, readWindow, readWindows } from './decoder-config.ts';
import { gatedDecoder } from './gated-decoder.ts';
import type { RopeConfig } from './rope-config.ts';

/** What Gemma 2 and 3 share. */
export function readGemma(read: ConfigReader, family: string, context: number, rope?: RopeConfig): ModelConfig {
  const decoder = readDecoder(read, family, {
    context,
    rope,
    keyValueHeads: 4,
    headSize: 256,
    tiedHead: true,
    activationKey: 'hidden_activation',
    activation: 'gelu_pytorch_tanh',
  });
  const scale = 1 / Math.sqrt(read.positive('query_pre_attn_scalar', 256));
  return {
    ...decoder,
    attentionScales: decoder.attentionScales.map(() => scale),
    embeddingScale: Math.sqrt(decoder.hidden),
  };
}

export const gemma2 = gatedDecoder({
  id: 'gemma2',
  title: 'Gemma 2',
  modelTypes: ['gemma2'],
  classifierName: 'Gemma2',
  outputNorms: true,
  normsFromOne: true,
  readConfig(raw) {
    const read = new ConfigReader(raw);
    const decoder = readGemma(read, 'gemma2', 8192);
    return {
      ...decoder,
      windows: readWindows(read, decoder.layers, readWindow(read, 4096), (layer) => layer % 2 === 0),
      attentionCap: read.optional('attn_logit_softcapping', 50),
      logitCap: read.optional('final_logit_softcapping', 30),
    };
  },
});
