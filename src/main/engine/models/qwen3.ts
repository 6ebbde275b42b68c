/** The Qwen 3 family (2505.09388): a norm on every head of queries and keys. */
import { ConfigReader } from './config.ts';
import { readDecoder } from './decoder-config.ts';
import { gatedDecoder } from './gated-decoder.ts';
import { readQwenWindows } from './qwen2.ts';

export const qwen3 = gatedDecoder({
  id: 'qwen3',
  title: 'Qwen 3',
  modelTypes: ['qwen3'],
  classifierName: 'Qwen3',
  headNorms: true,
  readConfig(raw) {
    const read = new ConfigReader(raw);
    const decoder = readDecoder(read, 'qwen3', { context: 32_768, keyValueHeads: 32, headSize: 128 });
    return { ...decoder, windows: readQwenWindows(read, decoder.layers) };
  },
});
