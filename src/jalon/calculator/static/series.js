// Grades from counts on several days, as jalon.scores reads them: days, episodes, the lowest count.
"use strict";

const jalonSeries = (() => {
  const E = jalonEngine;
  const OTHER = {
    en: "the sources leave open whether days of separate episodes are added up, and whether one low count is enough; the other reading gives another grade",
    fr: "les sources ne précisent pas si les jours d'épisodes séparés s'additionnent, ni si une seule valeur basse suffit ; l'autre lecture donne un autre grade",
  };
  const refuse = (en, fr) => { throw new E.Refusal("", { en, fr }); };
  const holds = (summary, count) =>
    summary.at_most !== undefined ? count <= summary.at_most : summary.below !== undefined && count < summary.below;

  // The lowest count of each day, in the measure's unit.
  function readCounts(score, measure, days, counts, unit) {
    const found = new Map();
    days.forEach((day, k) => {
      if (day !== Math.trunc(day)) refuse(`day ${day} is not a whole number of days`, `${day} n'est pas un nombre entier de jours`);
      const span = E.readValue(score, measure, unit ? { value: counts[k], unit } : counts[k]);
      if (span) found.set(day, Math.min(span[0], found.has(day) ? found.get(day) : span[0]));
    });
    return found;
  }

  // A day's count, on the line between the counts around it when these are near enough.
  function fillIn(day, counts, gap, limits) {
    if (counts.has(day)) return counts.get(day);
    const days = [...counts.keys()];
    const before = Math.max(...days.filter((d) => d < day));
    const after = Math.min(...days.filter((d) => d > day));
    if (!Number.isFinite(before) || !Number.isFinite(after) || after - before - 1 > gap) return null;
    const share = (day - before) / (after - before);
    return E.snap(counts.get(before) + share * (counts.get(after) - counts.get(before)), limits);
  }

  function openWindow(spec, counts, until) {
    const last = until === null ? spec.last : Math.min(until, spec.last);
    if (last < spec.first) refuse(`the window starts on day ${spec.first}, after day ${last}`, `la fenêtre commence à J${spec.first}, après J${last}`);
    const counted = [...counts].filter(([day]) => spec.first <= day && day <= last).map(([, count]) => count);
    if (!counted.length) refuse(`no count from day ${spec.first} to day ${last}`, `aucune valeur de J${spec.first} à J${last}`);
    const limits = E.rising(spec.summaries.flatMap((s) => [s.at_most, s.below]).filter((limit) => limit !== undefined));
    const gap = spec.gap === undefined ? 7 : spec.gap;
    const daily = [];
    for (let day = spec.first; day <= last; day += 1) daily.push(fillIn(day, counts, gap, limits));
    return { daily, counted, cutShort: last < spec.last, last };
  }

  // Days of the longest episode; a recovery shorter than so many days does not end it.
  function longest(held, recovery) {
    let [most, start, last] = [0, -1, -1];
    held.forEach((below, day) => {
      if (!below) return;
      if (start < 0 || day - last - 1 >= recovery) start = day;
      last = day;
      most = Math.max(most, last - start + 1);
    });
    return most;
  }

  const between = (low, high) => (low === high ? low : { low, high, unit: "" });

  // What a summary says, and what it says by the other reading.
  function summarise(spec, summary, { daily, counted, cutShort }) {
    const sorted = [...counted].sort((a, b) => a - b);
    if (summary.what === "minimum") return [sorted[0], sorted[0]];
    if (summary.what === "lowest") return sorted.length < 2 ? [null, null] : [sorted[1], sorted[0]];
    const [low, high] = [false, true].map((answer) => daily.map((count) => (count === null ? answer : holds(summary, count))));
    const sum = (held) => held.filter(Boolean).length;
    if (summary.what === "never") {
      const value = between(...[low, high].map((held) => Number(held.every(Boolean) && !cutShort)));
      return [value, value];
    }
    const days = between(sum(low), sum(high));
    return spec.recovery ? [between(longest(low, spec.recovery), longest(high, spec.recovery)), days] : [days, days];
  }

  function remarkOn(score, spec, measure, counts, window, unit) {
    const found = [];
    const highest = Math.max(...counts.values());
    const usual = measure.plausible;
    if (!unit && usual && highest > 0 && highest < usual[0]) {
      const advice = E.adviseUnit(score, measure, highest);
      const limit = E.writeGeneral(usual[0], 6);
      found.push({
        kind: "plausibility", item: measure.id,
        text: {
          en: `every count is below ${limit} ${measure.unit}${advice ? `; ${advice.en}` : ""}`,
          fr: `toutes les valeurs sont inférieures à ${limit} ${measure.unit} ; vérifier l'unité`,
        },
      });
    }
    if (window.cutShort) {
      found.push({
        kind: "note", item: "",
        text: {
          en: `not gradable after day ${window.last}; this is the grade reached by then`,
          fr: `non évaluable après le jour ${window.last} ; grade atteint à cette date`,
        },
      });
    }
    const unknown = window.daily.filter((count) => count === null).length;
    if (unknown && spec.summaries.some((s) => s.what === "days" || s.what === "never")) {
      found.push({
        kind: "note", item: measure.id,
        text: {
          en: `${unknown} of ${window.daily.length} days are not known`,
          fr: `${unknown} jours sur ${window.daily.length} ne sont pas connus`,
        },
      });
    }
    return found;
  }

  // Grade a patient from counts on several days; until is the last day that counts, or null.
  function assess(score, name, days, counts, unit = "", until = null) {
    const spec = score.definition.series.find((each) => each.id === name);
    const measure = score.sources[spec.measure];
    const taken = readCounts(score, measure, days, counts, unit);
    const window = openWindow(spec, taken, until);
    const [inputs, other] = [{ ...spec.gives }, { ...spec.gives }];
    for (const summary of spec.summaries) [inputs[summary.item], other[summary.item]] = summarise(spec, summary, window);
    const answer = jalon.assess(score, inputs);
    answer.remarks = [...answer.remarks, ...remarkOn(score, spec, measure, taken, window, unit)];
    if (JSON.stringify(inputs) === JSON.stringify(other)) return answer;
    const read = jalon.assess(score, other);
    if (read.points_low === answer.points_low && read.points_high === answer.points_high) return answer;
    const changed = Object.keys(inputs).filter((key) => JSON.stringify(inputs[key]) !== JSON.stringify(other[key]));
    const groups = score.groups.map((group) => group.slug).filter((slug) => [...answer.possible, ...read.possible].includes(slug));
    const ends = (slugs) => `${slugs[0]} ${slugs.at(-1)}`;
    answer.alternative = {
      items: changed, groups, flips: ends(groups) !== ends(answer.possible),
      points_low: Math.min(answer.points_low, read.points_low), points_high: Math.max(answer.points_high, read.points_high),
    };
    answer.remarks.push({ kind: "boundary", item: changed[0], text: OTHER });
    return answer;
  }

  return { assess };
})();
