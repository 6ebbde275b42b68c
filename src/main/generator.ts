/** The generation process: keeps models open and writes, reads and scores answers, so that no token ever blocks the window or the database. */
import { speakOfSchemas } from './base/schema-words.ts';
import { hostChannel } from './jobs/channels.ts';
import { serveGenerations } from './jobs/generation/serve.ts';
import { leaveSession } from './jobs/own-session.ts';

leaveSession();
speakOfSchemas();
serveGenerations(hostChannel<unknown, unknown>());
