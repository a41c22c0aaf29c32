// The steps of a case: what is asked of one client, one after the other, and what must have been sent for each.

import assert from 'node:assert/strict';

import { Clerk } from 'clerk-usher';
import { ManualClock } from 'clerk-usher/testing';

import { checkFields, nodeNames, placed, within } from './cases.mjs';
import { checkRequests } from './sent.mjs';
import { checkState } from './states.mjs';
import { failure } from './support.mjs';

const MIDDAY = 1_700_000_000_000;

/** Who sent this request? */
export function authenticateCase(given, instances) {
  return stepsOf(given, instances, (clerk, step) => clerk.authenticateRequest(step.request, nodeNames(step.options)), checkState);
}

/** What does this machine's token say? */
export function machineCase(given, instances) {
  const ask = (clerk, step) => clerk.verifyMachineToken(step.verify, nodeNames(step.options));
  return stepsOf(given, instances, ask, (wanted, got) => within(got, nodeNames(wanted), 'token'));
}

/** Which token may be passed on for whoever sent this request? */
export function getTokenCase(given, instances) {
  const ask = async (clerk, step) => {
    const state = await clerk.authenticateRequest(step.request, nodeNames(step.options));
    return { token: await state.auth.getToken(nodeNames(step.get_token)) };
  };
  return stepsOf(given, instances, ask, (wanted, got) => within(got, wanted, 'got'));
}

async function stepsOf(given, instances, ask, check) {
  const now = given.now ?? MIDDAY;
  const { emulator } = instances;
  const told = placed(given, instances, now);
  const clock = new ManualClock(now);
  const settings = {
    secretKey: emulator.secretKey,
    publishableKey: emulator.publishableKey,
    apiUrl: emulator.url,
    environment: {},
    retryDelayMs: 1,
    clock,
    ...nodeNames(told.client),
  };
  let clerk;
  try {
    clerk = new Clerk(Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null)));
  } catch (error) {
    assert.ok(told.error !== undefined, error);
    checkFields(error, told.error);
    return;
  }
  for (const step of told.steps ?? [told]) {
    clock.advance(step.after_ms ?? 0);
    emulator.clearFaults();
    emulator.clearRequests();
    for (const fault of step.faults ?? []) emulator.addFault(nodeNames(fault));
    if (step.error !== undefined) {
      checkFields(await failure(ask(clerk, step)), step.error);
    } else if (step.at_once !== undefined) {
      const asked = Array.from({ length: step.at_once }, () => ask(clerk, step));
      for (const answer of await Promise.all(asked)) checkAnswer(check, step.result, answer);
    } else {
      for (let count = 0; count < (step.repeat ?? 1); count++) checkAnswer(check, step.result, await ask(clerk, step));
    }
    const sent = emulator.requests();
    if (step.requests !== undefined) checkRequests(sent, step.requests, emulator.secretKey);
    assert.ok(sent.length <= (step.requests_at_most ?? sent.length), `${sent.length} requests were sent`);
  }
}

function checkAnswer(check, wanted, answer) {
  assert.ok(wanted !== undefined, 'the case has neither result nor error');
  check(wanted, answer);
}
