// Puts the stand-in together and lets it listen.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { handle } from './app.js';
import { Assets } from './assets.js';
import { Authenticator } from './auth/authenticate.js';
import type { World } from './context.js';
import { Catalog } from './dashboards/catalog.js';
import { Faults } from './faults.js';
import type { Options } from './options.js';
import { Recorder } from './record.js';
import { newThief, type Thief } from './thief.js';

export interface Running {
  /** Root URL, with the sub-path, without a slash at the end. */
  url: string;
  thiefUrl?: string;
  stop: () => Promise<void>;
}

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

/** Port 9 (discard) stands for the thief when there is none. */
const NO_THIEF_PORT = 9;

function newWorld(options: Options, thief: Thief | undefined, thiefPort: number): World {
  const faults = new Faults(options.queryDelayMs);
  return {
    options,
    faults,
    auth: new Authenticator(options, faults),
    catalog: new Catalog({ thief: `http://127.0.0.1:${thiefPort}`, thiefByName: `http://localhost:${thiefPort}` }),
    recorder: new Recorder([options.jwtHeader]),
    thief: thief?.recorder,
    assets: new Assets(options.publicDir),
    traces: [],
  };
}

function close(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

export async function start(options: Options): Promise<Running> {
  const thief = options.thiefPort === undefined ? undefined : newThief();
  const thiefPort = thief ? await listen(thief.server, options.thiefPort!, '0.0.0.0') : NO_THIEF_PORT;
  const world = newWorld(options, thief, thiefPort);
  const server = newServer(options, (req, res) => void handle(world, req, res));
  server.keepAliveTimeout = 60_000;
  // Grafana Live is refused: pages do without it.
  server.on('upgrade', (req, socket) => {
    world.recorder.add(req).status = 403;
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  const port = await listen(server, options.port, options.host);
  if (options.portFile) {
    writeFileSync(options.portFile, String(port));
  }
  return {
    url: `${options.tlsCert ? 'https' : 'http'}://${nameOf(options.host)}:${port}${options.subPath}`,
    thiefUrl: thief && `http://127.0.0.1:${thiefPort}`,
    stop: async () => {
      await close(server);
      if (thief) {
        await close(thief.server);
      }
    },
  };
}
