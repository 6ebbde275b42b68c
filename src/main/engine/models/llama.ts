/** The llama family (2302.13971, 2307.09288, 2407.21783): biases and Llama 3.1's rotation where config.json asks for them. */
import { ConfigReader } from './config.ts';
import { readDecoder } from './decoder-config.ts';
import { gatedDecoder } from './gated-decoder.ts';

export const llama = gatedDecoder({
  id: 'llama',
  title: 'Llama',
  modelTypes: ['llama'],
  classifierName: 'Llama',
  readConfig(raw) {
    const read = new ConfigReader(raw);
    return { ...readDecoder(read, 'llama'), mlpBias: read.flag('mlp_bias', false) };
  },
});
