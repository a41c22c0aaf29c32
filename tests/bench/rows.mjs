/** What is measured, what it is measured against, and the mark that it should reach. */

export const LANGUAGES = ['rust', 'python', 'node'];
export const NAMES = { rust: 'Rust', python: 'Python', node: 'Node' };

/** What `--only` takes. */
export const GROUPS = ['verify', 'authenticate', 'webhook', 'get', 'list', 'start', 'size', 'threads', 'instructions'];

/**
 * The rows. `over` says whose figure the ratio has above ours, `limit` what the cryptography alone is. `tokens` are calls that
 * each need a token of their own. A ratio is theirs over ours, so more is better, but where `less` says otherwise. A mark is a ratio,
 * but where `absolute` says that it is the figure itself.
 */
export const ROWS = [
  { id: 'verify-new', group: 'verify', title: 'verify a session token, new', limit: 'rsa', over: 'limit', tokens: true, marks: [0.95, 0.87, 0.82] },
  { id: 'verify-seen', group: 'verify', title: 'verify a session token, seen before', limit: 'rsa', over: 'limit', marks: [100, 40, 20] },
  { id: 'header-new', group: 'authenticate', title: 'authenticate a request by header, new', limit: 'rsa', over: 'limit', tokens: true, marks: [] },
  { id: 'header-seen', group: 'authenticate', title: 'authenticate a request by header, seen before', limit: 'rsa', over: 'todays', marks: [] },
  { id: 'cookie-new', group: 'authenticate', title: 'authenticate a request by cookie, new', limit: 'rsa', over: 'limit', tokens: true, marks: [0.9, 0.75, 0.65] },
  { id: 'cookie-seen', group: 'authenticate', title: 'authenticate a request by cookie, seen before', limit: 'rsa', over: 'todays', marks: [40, 100, 300] },
  { id: 'webhook', group: 'webhook', title: 'verify a webhook of 3.7 KB, and tell its type', limit: 'hmac', over: 'library', marks: [3, 3, 4] },
  { id: 'get', group: 'get', title: 'GET a user, one at a time', over: 'todays', marks: [1.2, 14, 2.5] },
  { id: 'get-64', group: 'get', title: 'GET a user, 64 at once', over: 'todays', by: 64, marks: [1.2, 25, 3] },
  { id: 'list', group: 'list', title: 'list 500 users, untouched', over: 'todays', marks: [2, 30, 1.5] },
  { id: 'list-names', group: 'list', title: 'list 500 users, every name read', over: 'todays', marks: [1.2, 10, 1.3] },
  { id: 'start', group: 'start', title: 'import and first client', over: 'todays', marks: [null, 20, 5] },
  { id: 'memory', group: 'start', title: 'memory above the empty process', unit: 'bytes', over: 'todays', less: true, marks: [null, 0.25, 0.4] },
  { id: 'size', group: 'size', title: 'size on disk, with all it needs', unit: 'bytes', over: 'todays', less: true, absolute: true, marks: [null, 8 << 20, 8 << 20] },
  { id: 'threads', group: 'threads', title: 'verify new tokens, two threads over one', unit: 'times', limit: 'threads', tokens: true, marks: [1.9, 1.7, 1.8] },
];

/** What the ratio is over, in words. */
export const OVER = { limit: 'the limit', todays: "today's SDK", library: 'the best library' };

/** The mark of a row in a language; undefined for none. */
export function markOf(row, language) {
  return row.marks[LANGUAGES.indexOf(language)] ?? undefined;
}

/** The ratio of a row, and whose it is over. Where a peer lacks there is no ratio. */
export function ratioOf(row, language, figures) {
  if (figures.ours === undefined) return {};
  if (row.unit === 'times') return { ratio: figures.ours };
  const { over } = row;
  const theirs = figures[over];
  if (theirs === undefined) return { over };
  const ratio = row.less ? figures.ours / theirs : theirs / figures.ours;
  // A round that was too short for the clock has none.
  return { over, ratio: Number.isFinite(ratio) ? ratio : undefined };
}

/** Whether the mark is met; undefined where there is no mark, or nothing to hold against it. */
export function isMet(row, language, ratio, ours) {
  const mark = markOf(row, language);
  const reached = row.absolute ? ours : ratio;
  if (mark === undefined || reached === undefined) return undefined;
  return row.less ? reached <= mark : reached >= mark;
}
