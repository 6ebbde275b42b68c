/** The Mistral family (2310.06825): every layer sees a window, or none does; with `layer_types` (Ministral) those that it names. */
import { ConfigReader } from './config.ts';
import { readDecoder, readWindow, readWindows } from './decoder-config.ts';
import { gatedDecoder } from './gated-decoder.ts';

export const mistral = gatedDecoder({
  id: 'mistral',
  title: 'Mistral',
  modelTypes: ['mistral', 'ministral'],
  classifierName: 'Mistral',
  readConfig(raw) {
    const read = new ConfigReader(raw);
    const decoder = readDecoder(read, 'mistral', { context: 131_072, keyValueHeads: 8 });
    // absent means transformers' 4096; null means no window
    const window = readWindow(read, 4096);
    // transformers' AutoConfig takes a mistral with layer_types for a ministral
    const windows = readWindows(read, decoder.layers, window, () => window !== null);
    return { ...decoder, qkvBias: false, outputBias: false, windows };
  },
});
