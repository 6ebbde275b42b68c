/** The generation process: keeps models open and writes, reads and scores answers, so that no token ever blocks the window or the database. */
import { hostChannel } from './jobs/channels.ts';
import { serveGenerations } from './jobs/generation/serve.ts';

serveGenerations(hostChannel<unknown, unknown>());
