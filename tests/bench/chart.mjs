/** docs/bench.svg: what a call costs, on one logarithmic axis a language. Plain SVG, for light and dark pages. */

import { LANGUAGES, NAMES } from './rows.mjs';
import { figure, times } from './table.mjs';

const WIDTH = 1000;
const LEFT = 340;
const RIGHT = 90;
const ROW = 24;
const TOP = 76;
const GAP = 62;

const DOTS = [
  ['limit', 'the limit: cryptography alone'],
  ['library', 'best library (Rust: by hand)'],
  ['todays', "today's SDK"],
  ['ours', 'clerk-usher'],
];

const STYLE = `
  svg { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
  text { fill: #1f2328; } .soft { fill: #59636e; font-size: 11px; } .head { font-weight: 600; font-size: 15px; }
  .grid { stroke: #d1d9e0; } .span { stroke: #c3ccd5; stroke-width: 3; }
  .ours { fill: #0f766e; } .todays { fill: #c2410c; } .library { fill: #6d4aff; } .limit { fill: #8b949e; }
  .ratio { font-weight: 600; text-anchor: end; } .end { text-anchor: end; } .mid { text-anchor: middle; }
  .back { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .soft { fill: #9198a1; } .grid { stroke: #30363d; } .span { stroke: #444c56; } .back { fill: #0d1117; }
    .ours { fill: #2dd4bf; } .todays { fill: #fb923c; } .library { fill: #a78bfa; } .limit { fill: #768390; }
  }`;

export function chart(results) {
  const shown = results.filter((result) => result.unit === undefined);
  const values = shown.flatMap((result) => Object.values(result.figures)).filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  const x = (value) => LEFT + ((Math.log10(value) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const parts = [];
  let y = TOP;
  for (const language of LANGUAGES) {
    const rows = shown.filter((result) => result.language === language);
    if (rows.length === 0) continue;
    parts.push(panel(NAMES[language], rows, y, x, low, high));
    y += rows.length * ROW + GAP;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y - 12}" role="img" aria-labelledby="title">
<title id="title">What a call costs: clerk-usher beside today's SDKs, the best libraries and the limit</title>
<style>${STYLE}
</style>
<rect class="back" width="${WIDTH}" height="${y - 12}" rx="8"/>
<text x="20" y="28" class="head">What a call costs, in processor time: further left is faster, each line is ten times more</text>
${legend()}
${parts.join('\n')}
</svg>
`;
}

function legend() {
  const places = [20, 250, 470, 590];
  return DOTS.map(([name, text], index) => `${dot(name, places[index] + 5, 46)}<text x="${places[index] + 16}" y="50" class="soft">${escape(text)}</text>`).join('\n');
}

function panel(name, rows, top, x, low, high) {
  const bottom = top + 16 + rows.length * ROW;
  const grid = Array.from({ length: high - low + 1 }, (_, index) => {
    const at = x(10 ** (low + index)).toFixed(1);
    return `<line class="grid" x1="${at}" x2="${at}" y1="${top + 12}" y2="${bottom}"/><text class="soft mid" x="${at}" y="${bottom + 14}">${label(low + index)}</text>`;
  });
  const lines = rows.map((result, index) => line(result, top + 16 + index * ROW + ROW / 2, x));
  return [`<text class="head" x="20" y="${top + 6}">${name}</text>`, ...grid, ...lines].join('\n');
}

function line(result, y, x) {
  const { figures } = result;
  const all = Object.values(figures).filter((value) => value > 0).map(x);
  const span = `<line class="span" x1="${Math.min(...all).toFixed(1)}" x2="${Math.max(...all).toFixed(1)}" y1="${y}" y2="${y}"/>`;
  const dots = DOTS.filter(([name]) => figures[name] > 0).map(([name]) => dot(name, x(figures[name]), y, figure(figures[name])));
  const ratio = result.ratio === undefined ? '' : `<text class="ratio" x="${WIDTH - 16}" y="${y + 4}">${times(result.ratio)}</text>`;
  return `<text class="end" x="${LEFT - 14}" y="${y + 4}">${escape(result.title)}</text>${span}${dots.join('')}${ratio}`;
}

/** The limit is a tick, all others are dots: colour is not all that tells them apart. */
function dot(name, x, y, title) {
  const told = title === undefined ? '' : `<title>${title}</title>`;
  const at = x.toFixed(1);
  if (name === 'limit') return `<rect class="limit" x="${(x - 2).toFixed(1)}" y="${y - 8}" width="4" height="16">${told}</rect>`;
  if (name === 'todays') return `<rect class="todays" x="${(x - 5).toFixed(1)}" y="${y - 5}" width="10" height="10">${told}</rect>`;
  if (name === 'library') return `<path class="library" d="M${at} ${y - 7}l7 7l-7 7l-7 -7z">${told}</path>`;
  return `<circle class="ours" cx="${at}" cy="${y}" r="6.5">${told}</circle>`;
}

function label(power) {
  const names = { '-2': '10 ns', '-1': '100 ns', 0: '1 µs', 1: '10 µs', 2: '100 µs', 3: '1 ms', 4: '10 ms', 5: '100 ms', 6: '1 s', 7: '10 s' };
  return names[power] ?? `10^${power} µs`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
