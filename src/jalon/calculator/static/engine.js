// The engine of jalon.scores, for a browser. It reads the same definition (as JSON) and gives the
// same answer; a test compares both on random patients. No page, no network, nothing kept.
"use strict";

const jalonEngine = (() => {
  const NEAR = 1e-9; // a converted value so near to a limit, relatively, is on the limit
  const both = (write) => ({ en: write("en"), fr: write("fr") });
  const say = (words, language) => words[language] || words.en;
  const isNumber = (x) => typeof x === "number" && !Number.isNaN(x);
  const rising = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);

  // What was given cannot be used; the text says why, in both languages.
  class Refusal extends Error {
    constructor(item, text) {
      super(text.en);
      this.item = item;
      this.text = text;
    }
  }

  // ---- numbers and values in words

  // As "%.{digits}g" writes it: rounded half to even on the exact decimal value.
  function writeGeneral(value, digits) {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
    if (value === 0) return Object.is(value, -0) ? "-0" : "0";
    const [exact, power] = Math.abs(value).toExponential(60).split("e");
    const all = exact.replace(".", "");
    let kept = BigInt(all.slice(0, digits));
    const rest = all.slice(digits);
    const half = "5".padEnd(rest.length, "0");
    if (rest > half || (rest === half && kept % 2n === 1n)) kept += 1n;
    let text = String(kept);
    let exponent = Number(power);
    if (text.length > digits) { text = text.slice(0, digits); exponent += 1; }
    const sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= digits) {
      const tail = text.slice(1).replace(/0+$/, "");
      const size = String(Math.abs(exponent)).padStart(2, "0");
      return `${sign}${text[0]}${tail ? "." + tail : ""}e${exponent < 0 ? "-" : "+"}${size}`;
    }
    if (exponent < 0) text = "0." + "0".repeat(-exponent - 1) + text;
    else if (exponent + 1 < text.length) text = text.slice(0, exponent + 1) + "." + text.slice(exponent + 1);
    if (text.includes(".")) text = text.replace(/0+$/, "").replace(/\.$/, "");
    return sign + text;
  }

  function writeNumber(value, language, digits = 6) {
    let text = writeGeneral(value, digits);
    if (text.includes("e")) text = BigInt(Math.round(value)).toString();
    return language === "fr" ? text.replace(".", ",") : text;
  }

  function writeValue(score, item, value, language) {
    if (item.levels) {
      const labels = item.level_labels || {};
      return (labels[language] || labels.en || item.levels)[value];
    }
    return `${writeNumber(value, language)} ${score.form.unit_words[item.id][language]}`.trimEnd();
  }

  function writePoints(low, high, language) {
    const many = language === "fr" ? Math.abs(high) > 1 : high !== 1;
    const unit = many ? "points" : "point";
    if (low === high) return `${writeGeneral(low, 6)} ${unit}`;
    return `${writeGeneral(low, 6)} ${language === "fr" ? "à" : "to"} ${writeGeneral(high, 6)} ${unit}`;
  }

  // ---- reading what was given

  const holds = (step, value) =>
    step.above !== undefined ? value > step.above : step.at_least === undefined || value >= step.at_least;
  const limitOf = (step) => (step.above !== undefined ? step.above : step.at_least);
  const doubts = (dispute, value) =>
    dispute.below === undefined ? value === dispute.low : dispute.low <= value && value < dispute.below;
  const lastStep = (item, value) => item.steps.findLastIndex((step) => holds(step, value));
  const choicesOf = (item) => (item.steps ? rising(item.steps.map((step) => step.points)) : []);
  const spanOf = (item) => item.possible || (item.levels ? [0, item.levels.length - 1] : null);

  function limitsOf(item) {
    const found = (item.steps || []).slice(1).map(limitOf);
    for (const d of item.disputes || []) found.push(d.low, ...(d.below === undefined ? [] : [d.below]));
    return rising(found);
  }

  function snap(value, limits) {
    for (const limit of limits) if (Math.abs(value - limit) <= NEAR * Math.abs(limit)) return limit;
    return value;
  }

  function changeUnit(score, item, value, name) {
    const unit = score.form.units[item.id].find((each) => each.unit === name);
    if (!unit) {
      throw new Refusal(item.id, {
        en: `${item.id} is not given in ${name}`, fr: `${say(item.label, "fr")} : unité ${name} inconnue`,
      });
    }
    if (unit.times === 1 && unit.over === 1 && unit.less === 0) return value;
    return snap(((value - unit.less) * unit.times) / unit.over, limitsOf(item));
  }

  function adviseUnit(score, item, value) {
    const usual = item.plausible || item.possible;
    if (!item.analyte || !usual) return null;
    for (const unit of score.form.units[item.id]) {
      if (unit.unit === item.unit) continue;
      const changed = Number((((value - unit.less) * unit.times) / unit.over).toPrecision(12));
      if (usual[0] <= changed && changed <= usual[1]) {
        const shown = changed < 1000 ? writeGeneral(changed, 3) : changed.toFixed(0);
        return {
          en: `if it is in ${unit.unit}, say so (${shown} ${item.unit})`,
          fr: `si elle est en ${unit.unit}, le préciser (${shown.replace(".", ",")} ${item.unit})`,
        };
      }
    }
    return null;
  }

  function refuseImpossible(score, item, [low, high], unit) {
    const span = spanOf(item);
    for (const value of [low, high]) {
      if (!Number.isFinite(value) && !span) {
        throw new Refusal(item.id, { en: "an infinite value cannot be used", fr: "valeur infinie" });
      }
      if (span && !(span[0] <= value && value <= span[1])) {
        const advice = unit ? null : adviseUnit(score, item, value);
        const ends = (language) => span.map((end) => writeNumber(end, language));
        const shown = (language) => `${writeNumber(value, language)} ${score.form.unit_words[item.id][language]}`.trimEnd();
        throw new Refusal(item.id, {
          en: `${shown("en")} is not possible (${ends("en").join(" to ")})` + (advice ? `; ${advice.en}` : ""),
          fr: `${shown("fr")} est impossible (${ends("fr").join(" à ")})` + (advice ? ` ; ${advice.fr}` : ""),
        });
      }
      if ((item.whole || item.levels) && low === high && value !== Math.floor(value)) {
        throw new Refusal(item.id, {
          en: `${writeNumber(value, "en")} is not a whole number`,
          fr: `${writeNumber(value, "fr")} n'est pas un nombre entier`,
        });
      }
    }
  }

  function readValue(score, item, given) {
    if (given === null || given === undefined || given === "") return null;
    let low, high, unit = "";
    if (typeof given === "string") {
      low = high = (item.levels || []).indexOf(given);
      if (low < 0) throw new Refusal(item.id, { en: `${given} is not a choice`, fr: `${given} n'est pas un choix` });
      return [low, high];
    }
    if (typeof given === "object") {
      [low, high] = "low" in given ? [given.low, given.high] : [given.value, given.value];
      unit = given.unit || "";
    } else low = high = given;
    if (!isNumber(low) || !isNumber(high)) return null;
    if (low > high) {
      throw new Refusal(item.id, { en: "a range runs from low to high", fr: "un intervalle va du bas vers le haut" });
    }
    if (unit) [low, high] = [low, high].map((value) => changeUnit(score, item, value, unit));
    refuseImpossible(score, item, [low, high], unit);
    return [low, high];
  }

  function readRatio(score, item, inputs) {
    if (!item.over) return null;
    const [top, bottom] = item.over.map((name) => readValue(score, score.sources[name], inputs[name]));
    if (!top || !bottom) return null;
    if (bottom[0] <= 0) {
      throw new Refusal(item.over[1], { en: "must be above 0: a ratio is taken to it", fr: "doit dépasser 0 : on divise par elle" });
    }
    const span = [top[0] / bottom[1], top[1] / bottom[0]].map((value) => snap(value, limitsOf(item)));
    refuseImpossible(score, item, span, "");
    return span;
  }

  function readFlag(item, inputs) {
    const value = item.flag ? inputs[item.flag] : null;
    if (value === null || value === undefined || Number.isNaN(value)) return null;
    if (value !== 0 && value !== 1) throw new Refusal(item.flag, { en: `${value} is neither 0 nor 1`, fr: `${value} n'est ni 0 ni 1` });
    return value;
  }

  function place(item, source, [low, high]) {
    const reading = { item, source, low, high, points: [], readings: [] };
    if (!item.steps) return reading;
    const disputes = item.disputes || [];
    if (low === high) {
      reading.points = [item.steps[lastStep(item, low)].points];
      reading.readings = rising([reading.points[0], ...disputes.filter((d) => doubts(d, low)).flatMap((d) => d.points)]);
      return reading;
    }
    const steps = item.steps.slice(lastStep(item, low), lastStep(item, high) + 1);
    reading.points = rising(steps.map((step) => step.points));
    const others = disputes.filter((d) => low <= d.low && d.low <= high).flatMap((d) => d.points);
    reading.readings = rising([...reading.points, ...others]);
    return reading;
  }

  function readItem(score, item, inputs) {
    const direct = readValue(score, item, inputs[item.id]);
    const ratio = readRatio(score, item, inputs);
    const flag = readFlag(item, inputs);
    if (direct && ratio && !direct.every((a, k) => Math.abs(a - ratio[k]) <= 0.01 * Math.abs(ratio[k]))) {
      throw new Refusal(item.id, {
        en: "the ratio differs from the two values; give only one of them",
        fr: "le rapport diffère des deux valeurs ; n'en donner qu'un",
      });
    }
    const nothing = { item, low: NaN, high: NaN };
    let source = direct ? "value" : "ratio";
    let span = direct || ratio;
    if (!span && flag === null) {
      if (item.assumed === undefined) {
        return { ...nothing, source: "missing", points: choicesOf(item), readings: choicesOf(item) };
      }
      [source, span] = ["assumed", [item.assumed, item.assumed]];
    }
    if (!span) {
      const points = [item.steps[flag].points];
      return { ...nothing, source: "flag", points, readings: points };
    }
    const reading = place(item, source, span);
    if (flag !== null && !(reading.points.length === 1 && reading.points[0] === item.steps[flag].points)) {
      throw new Refusal(item.id, {
        en: "the value and the judgement contradict each other; give the value alone",
        fr: "la valeur et le jugement se contredisent ; donner la valeur seule",
      });
    }
    return reading;
  }

  function readItems(score, inputs) {
    const unknown = Object.keys(inputs).find((name) => !score.names.has(name));
    if (unknown) throw new Refusal(unknown, { en: `no item ${unknown}`, fr: `donnée ${unknown} inconnue` });
    const readings = score.items.map((item) => readItem(score, item, inputs));
    const settled = readings.filter((r) => r.item.settles && r.source !== "missing").map((r) => r.item.exclusive);
    return readings.map((r) => {
      if (r.source !== "missing" || !settled.includes(r.item.exclusive || "")) return r;
      const least = [choicesOf(r.item)[0]];
      return { ...r, source: "settled", points: least, readings: least };
    });
  }

  // ---- from items to totals and groups: all that is still possible

  function indexOf(score, total) {
    return score.groups.findIndex((group) => group.low <= total && total <= group.high);
  }

  function combineSum(score, choices) {
    const least = Math.min(...score.overrides.map((o) => o.points));
    let states = new Map([["0,0", [0, 0]]]);
    for (const members of score.organs) {
      let worst = choices[members[0].id];
      for (const item of members.slice(1)) worst = rising(worst.flatMap((a) => choices[item.id].map((b) => Math.max(a, b))));
      const next = new Map();
      for (const [total, most] of states.values()) {
        for (const p of worst) {
          const state = [total + p, Math.max(most, p)];
          next.set(`${state[0]},${state[1]}`, state);
        }
      }
      states = next;
    }
    const all = [...states.values()];
    const lift = ([total, most]) => {
      let index = indexOf(score, total);
      for (const o of score.overrides) {
        if (most >= o.points) index = Math.max(index, score.groups.findIndex((g) => g.slug === o.group));
      }
      return index;
    };
    return {
      totals: rising(all.map(([total]) => total)),
      groups: score.groups.length ? rising(all.map(lift)) : [],
      notes: score.overrides.filter((o) => all.every(([, most]) => most >= o.points)).map((o) => o.note),
      overridden: score.overrides.length > 0 && all.every(([, most]) => most >= least),
    };
  }

  // Every row that may be the first to fit, splitting only where a row may or may not fit.
  function findRows(rows, start, choices, found) {
    for (let k = start; k < rows.length; k += 1) {
      const when = Object.entries(rows[k].when || {});
      const inside = when.map(([name, allowed]) => [name, choices[name].filter((p) => allowed.includes(p))]);
      if (inside.some(([, fit]) => !fit.length)) continue;
      const torn = inside.find(([name, fit]) => fit.length < choices[name].length);
      if (!torn) { found.add(k); return; }
      const [name, fit] = torn;
      findRows(rows, k, { ...choices, [name]: fit }, found);
      choices = { ...choices, [name]: choices[name].filter((p) => !fit.includes(p)) };
    }
  }

  function combineRows(score, choices) {
    const found = new Set();
    findRows(score.rows, 0, choices, found);
    const hits = rising(found);
    const totals = rising(hits.flatMap((k) => score.rows[k].totals));
    const groups = score.groups.length ? rising(totals.map((total) => indexOf(score, total))) : [];
    const notes = hits.length === 1 && score.rows[hits[0]].note ? [score.rows[hits[0]].note] : [];
    return { totals, groups, notes };
  }

  const combine = (score, choices) => (score.rule === "table" ? combineRows : combineSum)(score, choices);

  function findDeciding(score, choices, open) {
    const answer = (c) => { const f = combine(score, c); return String(score.groups.length ? f.groups : f.totals); };
    const now = answer(choices);
    if (!now.includes(",")) return [];
    return open.filter((name) => choices[name].some((p) => answer({ ...choices, [name]: [p] }) !== now));
  }

  // ---- formulas: the few named links, on ranges

  const needsPositive = (term) => term.link === "log2" || (term.link === "power" && term.weight < 0);

  function termSpan(score, term, reading) {
    const item = reading.item;
    if (reading.source === "missing") return spanOf(item) || [-Infinity, Infinity];
    if (needsPositive(term) && reading.low <= 0) {
      throw new Refusal(item.id, {
        en: "must be > 0; when it is below what the laboratory can detect, give half of that limit and say so",
        fr: "doit être > 0 ; sous le seuil de détection, saisir la moitié de ce seuil et le préciser",
      });
    }
    if (term.link === "level" && reading.low === reading.high && !term.levels.some(([value]) => value === reading.low)) {
      throw new Refusal(item.id, { en: "is not one of the levels", fr: "n'est pas un des niveaux" });
    }
    return [reading.low, reading.high];
  }

  function transform(term, value) {
    if (term.link === "log2") return value > 0 ? Math.log2(value) : -Infinity;
    return term.link === "excess" ? Math.max(value - term.knot, 0) : value;
  }

  const ends = (numbers) => [Math.min(...numbers), Math.max(...numbers)];

  function link(term, [low, high]) {
    if (term.link === "level") {
      return ends(term.levels.filter(([value]) => low <= value && value <= high).map(([, weight]) => weight));
    }
    const invert = (value) => (value > 0 ? 1 / value : Infinity);
    if (term.link === "power") return term.weight > 0 ? [low, high] : [invert(high), invert(low)];
    return ends([low, high].map((value) => term.weight * transform(term, value)));
  }

  function addTerms(terms, span) {
    if (terms[0].link === "level") return link(terms[0], span);
    const [low, high] = span;
    const turns = terms.filter((t) => t.link === "excess" && low < t.knot && t.knot < high).map((t) => t.knot);
    return ends([low, high, ...turns].map((value) => terms.reduce((sum, t) => sum + t.weight * transform(t, value), 0)));
  }

  const divide = (value, by) => (by > 0 ? value / by : value === 0 ? 0 : Infinity);

  function evaluate(score, spans) {
    const terms = score.terms;
    if (terms.every((term) => term.link === "power")) {
      let [low, high] = [1, 1];
      terms.forEach((term, k) => {
        const [least, most] = spans[k];
        if (term.weight > 0) [low, high] = [low * least, high === 0 || most === 0 ? 0 : high * most];
        else [low, high] = [divide(low, most), divide(high, least)];
      });
      return [low, high];
    }
    let [low, high] = [0, 0];
    for (const name of new Set(terms.map((term) => term.item))) {
      const [least, most] = addTerms(terms.filter((t) => t.item === name), spans[terms.findIndex((t) => t.item === name)]);
      [low, high] = [low + least, high + most];
    }
    return [low, high];
  }

  function groupOfValue(limits, value) {
    const placed = snap(value, limits);
    return limits.filter((limit) => placed > limit).length;
  }

  return {
    Refusal, both, say, isNumber, rising, writeGeneral, writeNumber, writeValue, writePoints, snap, spanOf, doubts,
    choicesOf, readValue, readItem, readItems, combine, findDeciding, termSpan, link, evaluate, groupOfValue, adviseUnit,
  };
})();
