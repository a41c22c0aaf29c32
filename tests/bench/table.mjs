/** The figures as aligned tables, one a language. */

import { LANGUAGES, NAMES, OVER } from './rows.mjs';

const HEAD = ['work', 'ours', "today's SDK", 'best library', 'limit', 'ratio', 'over', 'mark', ''];

/** The cells of a result, as text. */
export function cells(result) {
  const { figures, ratio, over, mark, met, unit, less, absolute } = result;
  const shown = (value) => (value === undefined ? '–' : figure(value, unit));
  const bound = (value) => (absolute ? figure(value, 'bytes') : times(value));
  return [
    result.title,
    shown(figures.ours),
    shown(figures.todays),
    shown(figures.library),
    shown(figures.limit),
    ratio === undefined ? '–' : times(ratio),
    over === undefined || ratio === undefined ? '' : result.language === 'rust' && over === 'library' ? 'by hand' : OVER[over],
    mark === undefined ? '' : `${less ? '≤' : '≥'} ${bound(mark)}`,
    met === undefined ? '' : met ? 'met' : 'not met',
  ];
}

/** A figure with its unit. */
export function figure(value, unit) {
  if (unit === 'times') return times(value);
  if (unit === 'bytes') return `${digits(value / (1 << 20))} MiB`;
  if (value >= 1e4) return `${digits(value / 1e3)} ms`;
  return `${digits(value)} µs`;
}

export function times(value) {
  return `${digits(value)}×`;
}

function digits(value) {
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

/** All of them, for a terminal. */
export function tables(results) {
  return LANGUAGES.flatMap((language) => {
    const rows = results.filter((result) => result.language === language).map(cells);
    if (rows.length === 0) return [];
    const head = language === 'rust' ? HEAD.map((name) => (name === 'best library' ? 'by hand' : name)) : HEAD;
    const all = [head, ...rows];
    const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
    const line = (row) => row.map((cell, column) => pad(cell, widths[column], column)).join('  ').trimEnd();
    return [[NAMES[language], line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n')];
  }).join('\n\n');
}

/** Figures stand at the right of their column. */
function pad(cell, width, column) {
  return column >= 1 && column <= 5 ? cell.padStart(width) : cell.padEnd(width);
}

/** All of them, in Markdown. */
export function markdown(results) {
  return LANGUAGES.flatMap((language) => {
    const rows = results.filter((result) => result.language === language).map(cells);
    if (rows.length === 0) return [];
    const head = [...HEAD.slice(0, -1), 'met'];
    if (language === 'rust') head[3] = 'by hand';
    const line = (row) => `| ${row.join(' | ')} |`;
    return [[`## ${NAMES[language]}`, '', line(head), line(head.map((_, column) => (column >= 1 && column <= 5 ? '--:' : '---'))), ...rows.map(line)].join('\n')];
  }).join('\n\n');
}
