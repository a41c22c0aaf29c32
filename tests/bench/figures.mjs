/** Figures, and what comes of them. */

import { median } from './measure.mjs';
import { LANGUAGES, isMet, markOf, ratioOf } from './rows.mjs';

/** What was found, by row, language and role. */
export class Figures {
  #found = [];

  add(row, language, role, figures) {
    this.#found.push({ id: row.id, language, role: role === 'deliveries' ? 'library' : role, ...figures });
  }

  /**
   * One result a row and language. A call's cost is its processor time where the language tells it: what a server pays, and what a
   * busy machine changes least. A ratio is the median of the rounds' own, as all in a round meet the machine as it is then.
   */
  results(rows) {
    return LANGUAGES.flatMap((language) => rows.flatMap((row) => this.#result(row, language) ?? []));
  }

  #result(row, language) {
    const found = this.#found.filter((each) => each.id === row.id && (each.language === language || each.role === 'limit'));
    if (!found.some(({ role }) => role === 'ours')) return undefined;
    const basis = basisOf(row, found);
    const by = (name) => Object.fromEntries(found.flatMap((each) => (each[name] === undefined ? [] : [[each.role, each[name]]])));
    const figures = by(basis);
    const whole = ratioOf(row, language, figures);
    const { over } = whole;
    const ratios = roundsOf(found, basis).flatMap((round) => ratioOf(row, language, round).ratio ?? []);
    const ratio = ratios.length > 0 ? median(ratios) : whole.ratio;
    const mark = markOf(row, language);
    return {
      language,
      id: row.id,
      title: row.title,
      unit: row.unit,
      less: row.less,
      absolute: row.absolute,
      basis,
      figures,
      wall: by('wall'),
      ratio,
      over,
      mark,
      met: isMet(row, language, ratio, figures.ours),
      skipped: over !== undefined && ratio === undefined,
    };
  }
}

/** The figures of each round, by role; none where they are not known. */
function roundsOf(found, basis) {
  const times = found.filter(({ rounds }) => rounds !== undefined);
  return (times[0]?.rounds ?? []).map((_, index) => Object.fromEntries(times.map(({ role, rounds }) => [role, rounds[index]?.[basis]])));
}

function basisOf(row, found) {
  if (row.unit === 'bytes') return 'bytes';
  if (row.unit === 'times') return 'gain';
  return found.every(({ cpu }) => cpu !== undefined) ? 'cpu' : 'wall';
}
