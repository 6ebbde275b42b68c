/** How much memory this process may come to. */
import { freemem } from 'node:os';

/** Bytes that the machine (or the container) can still give, and what this process has already. */
export function memoryLimit(): number {
  // Electron 25's Node 18 does not have it
  const free = process.availableMemory ? process.availableMemory() : freemem();
  return free + process.memoryUsage.rss();
}
