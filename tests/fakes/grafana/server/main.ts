// Starts the stand-in Grafana, says on one line where it listens, ends on SIGTERM.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HELP, parseOptions } from './options.js';
import { start } from './start.js';

async function main(argv: string[]): Promise<void> {
  if (argv.includes('--help')) {
    process.stdout.write(HELP);
    return;
  }
  const here = dirname(fileURLToPath(import.meta.url));
  const running = await start(parseOptions(argv, join(here, 'public')));
  process.stdout.write(JSON.stringify({ listening: running.url, ...(running.thiefUrl && { thief: running.thiefUrl }) }) + '\n');
  process.on('SIGTERM', () => process.exit(0));
  process.on('SIGINT', () => process.exit(0));
}

main(process.argv.slice(2)).catch((err: Error) => {
  process.stderr.write(`stand-in Grafana: ${err.message}\n`);
  process.exit(1);
});
