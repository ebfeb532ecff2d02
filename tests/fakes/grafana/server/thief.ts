// The listener that nobody should be able to reach: it answers everything kindly and writes it all down.
import { createServer, type Server } from 'node:http';
import { Recorder } from './record.js';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64'
);

export interface Thief {
  server: Server;
  recorder: Recorder;
}

export function newThief(): Thief {
  const recorder = new Recorder();
  const server = createServer((req, res) => {
    recorder.add(req).status = 200;
    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('access-control-allow-headers', '*, authorization');
    res.setHeader('cache-control', 'no-store');
    const isPicture = req.url?.startsWith('/pixel.png');
    res.setHeader('content-type', isPicture ? 'image/png' : 'text/html; charset=utf-8');
    res.end(isPicture ? PIXEL : '<!doctype html><title>thief</title><p>got it');
  });
  server.on('upgrade', (req, socket) => {
    recorder.add(req).status = 101;
    socket.destroy();
  });
  return { server, recorder };
}
