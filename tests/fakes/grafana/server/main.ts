// Starts the stand-in Grafana, says where it listens, ends on SIGTERM.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { handle } from './app.js';
import { Assets } from './assets.js';
import { Authenticator } from './auth/authenticate.js';
import type { World } from './context.js';
import { Catalog } from './dashboards/catalog.js';
import { Faults } from './faults.js';
import { HELP, parseOptions, type Options } from './options.js';
import { Recorder } from './record.js';
import { newThief } from './thief.js';

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => done((server.address() as AddressInfo).port));
  });
}

function newServer(options: Options, listener: RequestListener): Server {
  if (options.tlsCert && options.tlsKey) {
    return createTlsServer({ cert: readFileSync(options.tlsCert), key: readFileSync(options.tlsKey) }, listener);
  }
  return createServer(listener);
}

function nameOf(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
}

async function start(options: Options): Promise<void> {
  const servers: Server[] = [];
  let thief: { recorder: Recorder; port: number } | undefined;
  if (options.thiefPort !== undefined) {
    const made = newThief();
    thief = { recorder: made.recorder, port: await listen(made.server, options.thiefPort, '0.0.0.0') };
    servers.push(made.server);
  }
  const thiefPort = thief?.port ?? 9;
  const faults = new Faults(options.queryDelayMs);
  let port = 0;
  const origin = () => `${options.tlsCert ? 'https' : 'http'}://${nameOf(options.host)}:${port}`;
  const world: World = {
    options,
    faults,
    auth: new Authenticator(options, faults),
    catalog: new Catalog({ thief: `http://127.0.0.1:${thiefPort}`, thiefByName: `http://localhost:${thiefPort}` }),
    recorder: new Recorder([options.jwtHeader]),
    thief: thief?.recorder,
    assets: new Assets(options.publicDir),
    origin,
  };
  const server = newServer(options, (req, res) => void handle(world, req, res));
  server.keepAliveTimeout = 60_000;
  // Grafana Live is refused: pages do without it.
  server.on('upgrade', (req, socket) => {
    world.recorder.add(req).status = 403;
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  port = await listen(server, options.port, options.host);
  servers.push(server);
  if (options.portFile) {
    writeFileSync(options.portFile, String(port));
  }
  const said = { listening: `${origin()}${options.subPath}`, ...(thief && { thief: `http://127.0.0.1:${thief.port}` }) };
  process.stdout.write(JSON.stringify(said) + '\n');
  const stop = () => {
    for (const s of servers) {
      s.close();
      s.closeAllConnections();
    }
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

const argv = process.argv.slice(2);
if (argv.includes('--help')) {
  process.stdout.write(HELP);
} else {
  const here = dirname(fileURLToPath(import.meta.url));
  try {
    await start(parseOptions(argv, join(here, 'public')));
  } catch (err) {
    process.stderr.write(`stand-in Grafana: ${(err as Error).message}\n`);
    process.exit(1);
  }
}
