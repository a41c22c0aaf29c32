// The example applications in a real browser: signing in at the emulator and coming back signed in.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, missing } from './chromium.mjs';
import { APPS, PASSWORD, Site } from './site.mjs';

const skip = missing();
let browser;
before(async () => {
  if (!skip) browser = await launch();
});
after(() => browser?.close());

/** A site, Ann, and a browser that nobody has used. */
async function open(t, name, options) {
  const site = await Site.start(name, options);
  t.after(() => site.stop());
  const ann = await site.ann();
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return { site, ann, context, page };
}

/** People take longer than two seconds for what a test does in one: the count of redirects is over by then. */
const later = (context) => context.clearCookies({ name: '__clerk_redirect_count' });

const heading = (page) => page.locator('h1').textContent();
const press = (page, name) => page.getByRole('button', { name, exact: name === 'Continue' }).click();

/** From the application's account page to its sign-in and, by one press, back. */
async function signIn({ site, page, context }) {
  await page.goto(`${site.url}/account`);
  await press(page, 'Continue as Ann Lee');
  await page.waitForURL(`${site.url}/account`);
  await later(context);
}

for (const name of Object.keys(APPS)) {
  describe(`the ${name} example`, { skip }, () => {
    test('is open to everybody at the front, and links to the sign-in page', async (t) => {
      const { site, page } = await open(t, name);
      await page.goto(site.url);
      assert.equal(await heading(page), 'Hello');
      assert.equal(page.url(), `${site.url}/`, 'no trace of the handshake');
      await page.getByRole('link', { name: 'Sign in' }).click();
      assert.equal(new URL(page.url()).origin, site.emulator);
      assert.equal(await heading(page), 'Sign in');
    });

    test('signs in with a password, by the keyboard alone', async (t) => {
      const { site, page } = await open(t, name);
      await page.goto(`${site.url}/account?x=1`);
      assert.equal(new URL(page.url()).pathname, '/sign-in');
      await page.locator('#identifier:focus').waitFor();
      await page.keyboard.press('Tab');
      assert.equal(await page.locator(':focus').textContent(), 'Continue');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.type('nobody');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await page.locator('#identifier:focus').waitFor();
      assert.match(await page.title(), /^Error: /);
      const described = await page.locator(':focus').getAttribute('aria-describedby');
      assert.match(await page.locator(`#${described}`).textContent(), /There is no account/);
      await page.keyboard.press('Control+A');
      await page.keyboard.type('ann@example.com');
      await page.keyboard.press('Enter');
      await page.locator('#password:focus').waitFor();
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${site.url}/account?x=1`);
      assert.equal(await heading(page), 'Hello, Ann');
    });

    test('signs in with a code that the page shows', async (t) => {
      const { site, page } = await open(t, name);
      await page.goto(`${site.url}/account`);
      await page.getByLabel('Email address, username').fill('ann@example.com');
      await press(page, 'Continue');
      await press(page, 'Email a code to ann@example.com');
      const code = await page.locator('.code').first().textContent();
      await page.getByLabel('Code', { exact: true }).fill(code);
      await press(page, 'Continue');
      await page.waitForURL(`${site.url}/account`);
      assert.equal(await heading(page), 'Hello, Ann');
    });

    test('signs somebody new up', async (t) => {
      const { site, page } = await open(t, name);
      await page.goto(`${site.url}/account`);
      await page.getByRole('link', { name: 'Sign up' }).click();
      await page.getByLabel('Email address').fill('cy@example.com');
      await page.getByLabel('First name').fill('Cy');
      await page.getByLabel('Password').fill(PASSWORD);
      await press(page, 'Continue');
      await page.getByLabel('Code', { exact: true }).fill(await page.locator('.code').first().textContent());
      await page.keyboard.press('Enter');
      await page.waitForURL(`${site.url}/account`);
      assert.equal(await heading(page), 'Hello, Cy');
    });

    test('refreshes an expired session without leaving the page', async (t) => {
      const visit = await open(t, name);
      const { site, page } = visit;
      await signIn(visit);
      await site.control('advance', { by_ms: 120_000 });
      await site.control('clear_requests');
      await page.goto(`${site.url}/account`);
      assert.equal(await heading(page), 'Hello, Ann');
      const routes = (await site.control('requests')).map((request) => request.route);
      assert.ok(routes.includes('/v1/sessions/{session_id}/refresh'), routes.join());
      assert.ok(!routes.includes('/v1/client/handshake'), routes.join());
    });

    test('shakes hands when an expired session cannot be refreshed', async (t) => {
      const visit = await open(t, name);
      const { site, page, context } = visit;
      await signIn(visit);
      await context.clearCookies({ name: /^__refresh/ });
      await site.control('advance', { by_ms: 120_000 });
      await site.control('clear_requests');
      await page.goto(`${site.url}/account`);
      assert.equal(await heading(page), 'Hello, Ann');
      assert.equal(page.url(), `${site.url}/account`);
      const handshake = (await site.control('requests')).find((request) => request.route === '/v1/client/handshake');
      const reason = handshake.query.find(([name]) => name === '__clerk_hs_reason');
      assert.match(reason[1], /^session-token-expired-refresh-/);
    });

    test('switches the organization', async (t) => {
      const visit = await open(t, name);
      const { site, page, context } = visit;
      await signIn(visit);
      assert.equal(await page.locator('#organization').textContent(), 'acme');
      await page.getByRole('link', { name: 'Switch organization' }).click();
      await press(page, 'Personal account');
      await page.waitForURL(`${site.url}/account`);
      assert.equal(await page.locator('#organization').textContent(), 'none');
      await later(context);
      await page.getByRole('link', { name: 'Switch organization' }).click();
      await page.getByLabel('Name').fill('Umbrella');
      await press(page, 'Create it');
      await page.waitForURL(`${site.url}/account`);
      assert.equal(await page.locator('#organization').textContent(), 'umbrella');
    });

    test('signs out', async (t) => {
      const visit = await open(t, name);
      const { site, page, ann } = visit;
      await signIn(visit);
      await page.getByRole('link', { name: 'Sign out' }).click();
      assert.equal(await heading(page), 'Sign out?');
      await press(page, 'Sign out');
      await page.waitForURL((url) => url.pathname === '/sign-in');
      const [session] = await site.api('GET', `/sessions?user_id=${ann.id}`);
      assert.equal(session.status, 'removed');
      await page.goto(site.url);
      assert.equal(await heading(page), 'Hello');
    });

    test('hears at its next handshake of a session that was ended elsewhere', async (t) => {
      const visit = await open(t, name);
      const { site, page, ann } = visit;
      await signIn(visit);
      await site.api('POST', `/users/${ann.id}/ban`);
      await site.control('advance', { by_ms: 120_000 });
      await page.goto(site.url);
      assert.equal(await heading(page), 'Hello');
      const cookies = await visit.context.cookies(site.url);
      assert.deepEqual(cookies.filter((cookie) => cookie.name.startsWith('__session')), []);
      assert.equal(cookies.find((cookie) => cookie.name === '__client_uat').value, '0');
    });

    test('works with a production instance on the same host', async (t) => {
      const visit = await open(t, name, { kind: 'production', host: '127.0.0.1' });
      const { site, page, context } = visit;
      await signIn(visit);
      assert.equal(await heading(page), 'Hello, Ann');
      await page.getByRole('link', { name: 'Switch organization' }).click();
      await press(page, 'Personal account');
      await page.waitForURL(`${site.url}/account`);
      assert.equal(await page.locator('#organization').textContent(), 'none');
      await later(context);
      await page.getByRole('link', { name: 'Sign out' }).click();
      await press(page, 'Sign out');
      await page.waitForURL((url) => url.pathname === '/sign-in');
      assert.equal(await heading(page), 'Sign in');
    });
  });
}

describe('the pages', { skip }, () => {
  test('let the application call from its own origin, with the token of the browser', async (t) => {
    const visit = await open(t, 'node');
    const { site, page } = visit;
    await signIn(visit);
    const told = await page.evaluate(async (emulator) => {
      const cookie = document.cookie.split('; ').find((pair) => pair.startsWith('__clerk_db_jwt='));
      const query = `?${cookie}`;
      const call = (method, path, body) =>
        fetch(`${emulator}/v1${path}${query}`, { method, body, credentials: 'include' }).then((answer) => answer.json());
      const { response: client } = await call('GET', '/client');
      const path = `/client/sessions/${client.last_active_session_id}`;
      const touched = await call('POST', `${path}/touch`, new URLSearchParams({ active_organization_id: '' }));
      const { jwt } = await call('POST', `${path}/tokens`);
      return { touched: touched.response.last_active_organization_id, claims: JSON.parse(atob(jwt.split('.')[1])) };
    }, site.emulator);
    assert.equal(told.touched, null);
    assert.equal(told.claims.azp, site.url);
    assert.equal(told.claims.o, undefined);
  });

  test('are not shown in frames, and run no script', async (t) => {
    const { site, page } = await open(t, 'node');
    await page.goto(site.emulator + '/sign-in');
    const ran = page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      return window.ran === true;
    });
    assert.equal(await ran, false);
    await page.goto(site.url);
    await page.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = `${url}/sign-in`;
      document.body.append(frame);
      return new Promise((done) => (frame.onload = done));
    }, site.emulator);
    assert.equal(await page.frames()[1].locator('#identifier').count(), 0);
  });

  test('fit narrow windows', async (t) => {
    const { site, page } = await open(t, 'node');
    await page.setViewportSize({ width: 320, height: 640 });
    for (const path of ['/sign-in', '/sign-up']) {
      await page.goto(site.emulator + path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${path} is ${over} px too wide`);
    }
  });
});
