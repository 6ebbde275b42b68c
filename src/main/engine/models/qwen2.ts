/** The Qwen 2 and 2.5 family (2407.10671): biases on queries, keys and values; upper layers may see a window. */
import { ConfigReader } from './config.ts';
import { readDecoder, readWindow, readWindows } from './decoder-config.ts';
import { gatedDecoder } from './gated-decoder.ts';

/** Windows of Qwen: switched by `use_sliding_window`, from layer `max_window_layers` on. */
export function readQwenWindows(read: ConfigReader, layers: number): (number | null)[] {
  const window = read.flag('use_sliding_window', false) ? readWindow(read, 4096) : null;
  const first = read.number('max_window_layers', 28);
  return readWindows(read, layers, window, (layer) => window !== null && layer >= first);
}

export const qwen2 = gatedDecoder({
  id: 'qwen2',
  title: 'Qwen 2',
  modelTypes: ['qwen2'],
  classifierName: 'Qwen2',
  readConfig(raw) {
    const read = new ConfigReader(raw);
    const decoder = readDecoder(read, 'qwen2', { context: 32_768, keyValueHeads: 32 });
    return { ...decoder, qkvBias: true, outputBias: false, windows: readQwenWindows(read, decoder.layers) };
  },
});
