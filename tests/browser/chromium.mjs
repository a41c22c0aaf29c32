// Where Chromium is. On a Debian machine that lacks it, it is installed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function find() {
  const named = process.env.USHER_CHROMIUM;
  return [...(named ? [named] : []), ...PLACES].find((place) => existsSync(place));
}

function install() {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return;
  const apt = (...given) => spawnSync('apt-get', ['-qq', ...given], { stdio: ['ignore', 'ignore', 'inherit'] });
  apt('update');
  apt('install', '-y', '--no-install-recommends', 'chromium');
}

/** Why there is no browser; nothing where there is one, or where there has to be one. */
export function missing() {
  if (find() === undefined) install();
  if (find() !== undefined) return false;
  const why =
    'no Chromium here: install the package chromium, or name one in USHER_CHROMIUM (USHER_BROWSER=require makes this an error)';
  if (process.env.USHER_BROWSER === 'require' || process.env.CI) throw new Error(why);
  return why;
}

/** A browser without a window. */
export function launch() {
  // As root there is no sandbox; it opens only our own pages.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: find(), args });
}
