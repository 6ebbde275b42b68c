/** The Mistral family (2310.06825): every layer sees a window, or none does. */
import { ConfigReader } from './config.ts';
import { readDecoder, readWindow } from './decoder-config.ts';
import { gatedDecoder } from './gated-decoder.ts';

export const mistral = gatedDecoder({
  id: 'mistral',
  title: 'Mistral',
  modelTypes: ['mistral'],
  classifierName: 'Mistral',
  readConfig(raw) {
    const read = new ConfigReader(raw);
    const decoder = readDecoder(read, 'mistral', { context: 131_072, keyValueHeads: 8 });
    // absent means transformers' 4096; null means no window
    const window = readWindow(read, 4096);
    return { ...decoder, qkvBias: false, outputBias: false, windows: decoder.windows.map(() => window) };
  },
});
