/** `plumb serve`: the app in a browser on this machine. */
import { serveInBrowser } from '../host/serve.ts';
import { defineCommand, wholeNumber } from './command.ts';

const LAST_PORT = 65_535;

export const serve = defineCommand({
  id: 'serve',
  summary: 'Open the app for a browser on this machine; runs until Ctrl-C.',
  examples: ['plumb serve', 'plumb serve --port 4000', 'plumb serve --home ./workspace --json -'],
  untilStopped: true,
  configure(command) {
    command.option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', '0');
  },
  async run(_args, options, context) {
    await serveInBrowser({
      workspace: context.workspace,
      files: context.files,
      port: wholeNumber(options.port, '--port', 0, LAST_PORT),
      signal: context.signal,
      onOpen(url) {
        context.publish({ url });
        context.print(`Plumbline is open at ${url}\nCtrl-C ends it.`);
      },
    });
  },
});
