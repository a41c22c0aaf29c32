// Draws the pictures of the documentation: `node tests/browser/screenshots.mjs`.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch, missing } from './chromium.mjs';
import { Site } from './site.mjs';

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const why = missing();
if (why) throw new Error(why);
mkdirSync(folder, { recursive: true });

const site = await Site.start('node');
await site.api('POST', '/users', { email_address: ['bo@example.com'], first_name: 'Bo', last_name: 'Fox' });
const ann = await site.ann();
await site.api('POST', '/organizations', { name: 'Umbrella Works', created_by: ann.id });
const browser = await launch();
const context = await browser.newContext({ colorScheme: 'light', viewport: { width: 480, height: 700 } });
const page = await context.newPage();
const draw = async (name) => {
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path: `${folder}${name}-light.png` });
};
await page.goto(`${site.url}/account`);
await draw('sign-in');
await page.getByRole('button', { name: 'Continue as Ann Lee' }).click();
await page.waitForURL(`${site.url}/account`);
await page.getByRole('link', { name: 'Switch organization' }).click();
await draw('organizations');
await page.setViewportSize({ width: 900, height: 620 });
await page.goto(site.emulator);
await draw('dashboard');
await page.getByRole('link', { name: 'Requests', exact: true }).click();
await draw('requests');
await context.close();
await browser.close();
await site.stop();
