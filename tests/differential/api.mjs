// The Backend API that both sides talk to: by a stubbed `fetch`, and as a server on loopback. It answers what the case
// at hand says, and notes what was asked.

import { createServer } from 'node:http';
import { once } from 'node:events';

/** The case at hand, and what was asked in its course. */
let current;

/** Begins a case: returns the list that what is asked will be in. */
export function begin(built) {
  current = { built, asked: [] };
  return current.asked;
}

function ask(method, url, authorization, body) {
  const { pathname, search } = new URL(url, 'http://api');
  const { built, asked } = current;
  const said = built.answer(pathname);
  const call = {
    method,
    // However it is encoded: a blank is %20 there and + here.
    path: `${pathname} ${JSON.stringify([...new URLSearchParams(search)])}`,
    // Of the run, not of the case.
    authorization: (authorization ?? '').replaceAll(built.mark, ''),
    body: body === undefined || body === null || body === '' ? null : JSON.parse(body),
    // What is no answer of the API's own is one too.
    outage: said.drop === true || said.status === 429 || said.status >= 500 || said.status === 204,
    retryAfter: said.headers?.['retry-after'] ?? null,
  };
  // How often something is tried again, and whether keys that lack one are asked for anew, is each side's own affair.
  const again = said.place === 'jwks' ? asked.some((one) => one.path === call.path) : JSON.stringify(asked.at(-1)) === JSON.stringify(call);
  if (!again) asked.push(call);
  return said;
}

/** In place of `fetch`. */
export async function fakeFetch(url, init = {}) {
  const headers = new Headers(init.headers);
  const said = ask(init.method ?? 'GET', String(url), headers.get('authorization'), init.body);
  if (said.drop) throw new TypeError('fetch failed');
  const body = said.status === 204 ? null : said.text;
  return new Response(body, { status: said.status, headers: said.headers });
}

/** The server; it does not keep the process alive. */
export async function serve() {
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const said = ask(request.method, request.url, request.headers.authorization, Buffer.concat(chunks).toString());
      if (said.drop) {
        request.socket.destroy();
        return;
      }
      response.writeHead(said.status, said.headers);
      response.end(said.status === 204 ? undefined : said.text);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
