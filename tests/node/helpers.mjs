// How the cases of the helpers and of the doctor are made. What is right is in the case.

import assert from 'node:assert/strict';

import * as usher from 'clerk-usher';
import { Clerk, FrontendApiProxy, Redirects, decodeToken, reverificationError } from 'clerk-usher';
import { ManualClock, signJwt } from 'clerk-usher/testing';

import { makeToken } from './cases.mjs';
import { failure, internal } from './support.mjs';

const { camelCase, camelMessage, camelPath } = internal('names.js');

export const HELPER_KINDS = ['key', 'redirect', 'fapi_proxy', 'decode', 'sign', 'reverification'];

const nodeNames = (object) => Object.fromEntries(Object.entries(object).map(([name, value]) => [camelCase(name), value]));

export function helperCase(given) {
  switch (given.kind) {
    case 'key':
      return check(given, () => keyCall(given), (result) => (isPlain(result) ? nodeNames(result) : result));
    case 'redirect':
      return check(given, () => {
        const redirects = new Redirects(nodeNames(given.options));
        return given.to === 'sign_in' ? redirects.toSignIn(given.return_back_url) : redirects.toSignUp(given.return_back_url);
      });
    case 'decode':
      return check(given, () => {
        const { signature, ...rest } = decodeToken(given.token);
        return { ...rest, signature_base64: Buffer.from(signature).toString('base64') };
      });
    case 'sign':
      return signCase(given);
    case 'reverification':
      // In Node the config has Node's names.
      return check(given, () => reverificationError(isPlain(given.config) ? nodeNames(given.config) : given.config));
    default:
      return proxyCase(given);
  }
}

const isPlain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first argument by its place; what is left, as options or as the second. */
function keyCall(given) {
  const { key, host, fallback, ...options } = given.arguments;
  const call = usher[camelCase(given.function)];
  if (host !== undefined) return call(host, fallback);
  return Object.keys(options).length > 0 ? call(key, nodeNames(options)) : call(key);
}

function check(given, run, named = (result) => result) {
  if (given.error === undefined) assert.deepEqual(run(), named(given.result));
  else refused(given.error, run);
}

function refused(wanted, run) {
  assert.throws(run, (error) => {
    const { message_contains: contains, ...fields } = wanted;
    for (const [name, value] of Object.entries(fields)) {
      assert.equal(error[name], name === 'argument' || name === 'option' ? camelPath(value) : value, String(error));
    }
    assert.ok(error.message.includes(contains ?? ''), error.message);
    return true;
  });
}

async function signCase(given) {
  const { payload, key, ...options } = given.arguments;
  const clock = new ManualClock(given.now);
  const sign = () => signJwt(payload, key, { ...options, clock });
  if (given.error !== undefined) {
    refused(given.error, sign);
    return;
  }
  const jwt = sign();
  const told = decodeToken(jwt);
  for (const [name, wanted] of Object.entries(given.result)) assert.deepEqual(told[name], wanted);
  if (given.jwt_key === undefined) return;
  const clerk = new Clerk({ jwtKey: given.jwt_key, environment: {}, clock });
  assert.deepEqual(await clerk.verifyToken(jwt), given.result.payload);
}

function proxyCase(given) {
  const options = Object.fromEntries(Object.entries(nodeNames(given.proxy)).filter(([, value]) => value !== null));
  if (given.error !== undefined) {
    refused(given.error, () => new FrontendApiProxy(options));
    return;
  }
  const proxy = new FrontendApiProxy(options);
  if (given.matches !== undefined) assert.equal(proxy.matches(given.request), given.matches);
  const outgoing = proxy.prepare(given.request);
  if (given.answer !== undefined) {
    assert.equal(outgoing.kind, 'answer');
    assert.equal(outgoing.status, given.answer.status);
    assert.equal(JSON.parse(outgoing.body).errors[0].code, given.answer.code);
    for (const [name, value] of Object.entries(given.answer.headers ?? {})) assert.deepEqual(named(outgoing.headers, name), [value]);
    return;
  }
  assert.equal(outgoing.kind, 'send');
  const { headers = {}, ...fields } = given.send ?? {};
  for (const [name, value] of Object.entries(fields)) assert.equal(outgoing[name], value);
  for (const [name, values] of Object.entries(headers)) assert.deepEqual(named(outgoing.headers, name), values, name);
  if (given.upstream !== undefined) {
    assert.deepEqual(outgoing.response(given.upstream.status, given.upstream.headers), given.response);
  }
}

const named = (pairs, name) => pairs.filter(([key]) => key === name).map(([, value]) => value);

export async function doctorCase(given, instances) {
  const { emulator, other } = instances;
  const values = {
    $JWT_KEY: emulator.jwtKey,
    $OTHER_JWT_KEY: other.jwtKey,
    $SECRET_KEY: emulator.secretKey,
    $FRONTEND_API: emulator.url.replace('http://', ''),
  };
  const place = (value) => {
    let text = JSON.stringify(value);
    for (const [name, put] of Object.entries(values)) text = text.replaceAll(name, JSON.stringify(put).slice(1, -1));
    return JSON.parse(text);
  };
  for (const fault of place(given.faults)) emulator.addFault(nodeNames(fault));
  const usual = { secretKey: emulator.secretKey, publishableKey: emulator.publishableKey, apiUrl: emulator.url, environment: {} };
  const merged = { ...usual, ...nodeNames(place(given.client)), clock: new ManualClock(given.now) };
  const options = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  const token = given.token === undefined ? undefined : makeToken(given.token, instances, given.now);
  const report = await Clerk.diagnose(options, token);
  for (const want of given.findings) {
    const meets = (finding) =>
      finding.check === want.check &&
      finding.status === want.status &&
      finding.message.includes(camelMessage(want.message_contains ?? '')) &&
      finding.advice.includes(camelMessage(want.advice_contains ?? ''));
    assert.ok(report.findings.some(meets), `no finding ${JSON.stringify(want)} in\n${report}`);
  }
  for (const check of given.absent ?? []) assert.ok(!report.findings.some((finding) => finding.check === check), check);
  if (given.ok !== undefined) assert.equal(report.ok, given.ok, String(report));
  assert.equal(report.toText(), String(report));
  if (given.of === 'options') {
    const error = await failure((async () => new Clerk(options))());
    assert.equal(error.kind, 'config');
  } else {
    assert.deepEqual(await new Clerk(options).doctor(token), report);
  }
}
