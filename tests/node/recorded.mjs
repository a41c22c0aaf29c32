// What reached the emulator, kept for tests/spec/validate_requests.py: a line of JSON a request.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** Adds to this way's file in the folder that USHER_RECORDED names; without it nothing is kept. */
export function record(name, requests) {
  const folder = process.env.USHER_RECORDED;
  if (folder === undefined) return;
  const line = ({ method, path, query, headers, bodyBase64 }) =>
    `${JSON.stringify({ case: name, request: { method, path, query, headers, body_base64: bodyBase64 } })}\n`;
  appendFileSync(join(folder, 'node.jsonl'), requests.map(line).join(''));
}
