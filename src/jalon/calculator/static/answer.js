// The answer for one patient, with its sentences in English and French, as jalon.scores gives it.
"use strict";

const jalon = (() => {
  const E = jalonEngine;
  const { both, say, writeNumber, writeValue, writePoints } = E;
  const colon = (language) => (language === "fr" ? " : " : ": ");

  // The definition with what the engine looks up again and again.
  function prepare(data) {
    const d = data.definition;
    const items = d.item || [];
    const organs = new Map();
    for (const item of items) {
      const key = item.exclusive || ` ${item.id}`;
      organs.set(key, [...(organs.get(key) || []), item]);
    }
    const sources = {};
    for (const each of [...items, ...(d.measure || [])]) sources[each.id] = each;
    const names = new Set([...Object.keys(sources), ...items.map((item) => item.flag).filter(Boolean)]);
    const terms = ((d.formula || {}).terms || []).map((t) => ({ weight: 1, knot: 0, levels: [], ...t }));
    return {
      definition: d, form: data.form, items, sources, names, terms, organs: [...organs.values()],
      rule: d.rule || "sum", groups: d.group || [], rows: d.row || [], overrides: d.override || [],
      measures: d.measure || [], cuts: d.cut || [], risks: d.risk || [], formula: d.formula || null,
    };
  }

  // ---- what each item adds, and why

  function explain(score, reading, language) {
    const { item, source } = reading;
    const fr = language === "fr";
    const start = say(item.label, language) + colon(language);
    const points = writePoints(reading.points[0], reading.points.at(-1), language);
    const tail = score.rule === "sum" ? `, ${points}` : "";
    if (source === "missing") return start + (fr ? "inconnu" : "not known") + tail;
    if (source === "settled") return start + (fr ? "déjà jugé pour cet organe" : "already judged for this organ") + tail;
    const bands = item.steps.map((step, k) => [step, k]).filter(([step]) => reading.points.includes(step.points));
    const band = bands.map(([, k]) => score.form.steps[item.id][k][language]).join(fr ? " ou " : " or ");
    if (source === "flag") return `${start}${band} (${fr ? "jugement" : "as judged"})${tail}`;
    if (reading.low !== reading.high) return start + band + tail;
    const value = writeValue(score, item, reading.low, language);
    if (source === "assumed") return `${start}${fr ? "non précisé, pris comme" : "not given, taken as"} ${value}${tail}`;
    return item.levels ? start + value + tail : `${start}${value} (${band})${tail}`;
  }

  function explainTerm(score, reading, term, span, language) {
    const { item } = reading;
    const fr = language === "fr";
    const start = say(item.label, language) + colon(language);
    if (reading.source === "missing") return start + (fr ? "inconnu" : "not known");
    if (reading.low !== reading.high) {
      return start + [reading.low, reading.high].map((end) => writeValue(score, item, end, language)).join(fr ? " à " : " to ");
    }
    const value = writeValue(score, item, reading.low, language);
    if (term.link === "power") {
      return `${start}${value}, ` + (term.weight > 0 ? (fr ? "multiplié" : "multiplied") : fr ? "divisé" : "divided");
    }
    const [weight, result] = [term.weight, span[0]].map((x) => writeNumber(x, language));
    if (term.link === "level") return `${start}${value}, ${result}`;
    let inner = value;
    if (term.link === "log2") inner = `log2(${writeNumber(reading.low, language)})`;
    if (term.link === "excess") inner = `${value} ${fr ? "au-dessus de" : "above"} ${writeNumber(term.knot, language)}`;
    return `${start}${inner} × ${weight} = ${result}`;
  }

  // ---- what a user should see beside the answer

  function doubtValue(score, item, low, high, source) {
    const usual = item.plausible;
    const silent = ["missing", "flag", "settled", "assumed"].includes(source);
    if (!usual || silent || low !== high || (usual[0] <= low && low <= usual[1])) return [];
    const advice = E.adviseUnit(score, item, low);
    const said = (language) => [say(item.label, language), writeValue(score, item, low, language), ...usual.map((x) => writeNumber(x, language))];
    const [en, fr] = [said("en"), said("fr")];
    return [{
      kind: "plausibility", item: item.id,
      text: {
        en: `${en[0]}: ${en[1]} is unusual (mostly ${en[2]} to ${en[3]}); check the value and its unit${advice ? "; " + advice.en : ""}`,
        fr: `${fr[0]} : ${fr[1]} est inhabituel (le plus souvent de ${fr[2]} à ${fr[3]}) ; vérifier la valeur et son unité`,
      },
    }];
  }

  function remarkOn(score, inputs, readings) {
    const found = [];
    for (const r of readings) {
      const { item } = r;
      found.push(...doubtValue(score, item, r.low, r.high, r.source));
      if (r.source === "assumed") {
        const value = both((language) => writeValue(score, item, item.assumed, language));
        found.push({
          kind: "assumed", item: item.id,
          text: {
            en: `${say(item.label, "en")}: not given, taken as ${value.en}`,
            fr: `${say(item.label, "fr")} : non précisé, pris comme ${value.fr}`,
          },
        });
      }
      if (r.readings.length > r.points.length) {
        for (const d of item.disputes) {
          if (!((r.low <= d.low && d.low <= r.high) || E.doubts(d, r.low))) continue;
          found.push({ kind: "boundary", item: item.id, text: both((l) => say(item.label, l) + colon(l) + say(d.why, l)) });
        }
      }
    }
    for (const measure of score.measures) {
      const span = E.readValue(score, measure, inputs[measure.id]);
      if (span) found.push(...doubtValue(score, measure, span[0], span[1], "value"));
    }
    return found;
  }

  const ZERO = {
    en: "the value is 0 and has no logarithm; for a result below detection give half of what the laboratory can detect, and say so",
    fr: "la valeur est 0 et n'a pas de logarithme ; pour un résultat sous le seuil de détection, saisir la moitié de ce seuil et le préciser",
  };

  function remarkValue(score, low, high) {
    const formula = score.formula;
    if (low !== high) return [];
    if (multiplies(score) && low === 0) return [{ kind: "value", item: "", text: ZERO }];
    if (!formula.plausible || (formula.plausible[0] <= low && low <= formula.plausible[1])) return [];
    const said = (language) => [low, ...formula.plausible].map((x) => writeNumber(x, language, 3));
    const [en, fr] = [said("en"), said("fr")];
    return [{
      kind: "plausibility", item: "",
      text: {
        en: `${formula.symbol} ${en[0]} is outside the usual ${en[1]} to ${en[2]}; check the units of every item`,
        fr: `${formula.symbol} ${fr[0]} est hors des valeurs habituelles, de ${fr[1]} à ${fr[2]} ; vérifier l'unité de chaque donnée`,
      },
    }];
  }

  const multiplies = (score) => score.terms.every((term) => term.link === "power");

  // ---- the answer

  function cut(score, low, high) {
    const found = {};
    for (const c of score.cuts) found[c.slug] = low < c.at_least && c.at_least <= high ? null : low >= c.at_least;
    return found;
  }

  function readOtherwise(score, readings) {
    const doubtful = readings.filter((r) => r.readings.length > r.points.length).map((r) => r.item.id);
    if (!doubtful.length) return null;
    const found = E.combine(score, Object.fromEntries(readings.map((r) => [r.item.id, r.readings])));
    return { items: doubtful, points_low: found.totals[0], points_high: found.totals.at(-1), groups: found.groups };
  }

  function assessPoints(score, readings, remarks) {
    const choices = Object.fromEntries(readings.map((r) => [r.item.id, r.points]));
    const found = E.combine(score, choices);
    const open = readings.filter((r) => r.points.length > 1).map((r) => r.item.id);
    return {
      low: found.totals[0], high: found.totals.at(-1), possible: found.groups,
      contributions: readings.map((r) => ({
        item: r.item.id, low: r.points[0], high: r.points.at(-1), source: r.source, why: both((l) => explain(score, r, l)),
      })),
      deciding: E.findDeciding(score, choices, open),
      alternative: readOtherwise(score, readings),
      remarks: [...remarks, ...found.notes.map((text) => ({ kind: "note", item: "", text }))],
    };
  }

  function assessFormula(score, readings, remarks) {
    const byItem = Object.fromEntries(readings.map((r) => [r.item.id, r]));
    const spans = score.terms.map((term) => E.termSpan(score, term, byItem[term.item]));
    const [low, high] = E.evaluate(score, spans);
    const limits = score.formula.limits || [];
    const possible = [];
    if (score.groups.length) {
      for (let k = E.groupOfValue(limits, low); k <= E.groupOfValue(limits, high); k += 1) possible.push(k);
    }
    const open = readings.filter((r) => r.source === "missing" || r.low !== r.high).map((r) => r.item.id);
    return {
      low, high, possible, alternative: null,
      contributions: score.terms.map((term, k) => {
        const span = E.link(term, spans[k]);
        const reading = byItem[term.item];
        return { item: term.item, low: span[0], high: span[1], source: reading.source, why: both((l) => explainTerm(score, reading, term, span, l)) };
      }),
      deciding: possible.length === 1 || low === high ? [] : open,
      remarks: [...remarks, ...remarkValue(score, low, high)],
    };
  }

  function stateOf(score, group, low, high) {
    if (group && group.applies === false) return "not_applicable";
    if (low === high) return group || !score.groups.length ? "complete" : "undetermined";
    return group ? "certain" : "undetermined";
  }

  function flips(score, found) {
    const other = found.alternative;
    if (!other) return false;
    if (!score.groups.length) return other.points_low !== found.low || other.points_high !== found.high;
    return other.groups[0] !== found.possible[0] || other.groups.at(-1) !== found.possible.at(-1);
  }

  // Compute a score. Inputs by name of an item, a measure or a flag: a number in the item's unit,
  // {value, unit}, {low, high, unit}, the name of a level; null when not known. Missing is never 0.
  function assess(score, inputs) {
    const readings = E.readItems(score, inputs);
    const remarks = remarkOn(score, inputs, readings);
    const found = (score.rule === "formula" ? assessFormula : assessPoints)(score, readings, remarks);
    const group = found.possible.length === 1 ? score.groups[found.possible[0]] : null;
    const finite = (x) => (Number.isFinite(x) ? x : null);
    const log2 = score.rule === "formula" && multiplies(score) && found.low === found.high && found.low > 0;
    return {
      state: stateOf(score, group, found.low, found.high),
      points_low: finite(found.low), points_high: finite(found.high),
      log2: log2 ? Math.log2(found.low) : null,
      group: group ? group.slug : null,
      possible: found.possible.map((k) => score.groups[k].slug),
      cuts: cut(score, found.low, found.high),
      missing: readings.filter((r) => r.source === "missing").map((r) => r.item.id),
      deciding: found.deciding,
      alternative: found.alternative && {
        ...found.alternative, groups: found.alternative.groups.map((k) => score.groups[k].slug), flips: flips(score, found),
      },
      contributions: found.contributions.map((c) => ({ ...c, low: finite(c.low), high: finite(c.high) })),
      remarks: found.remarks,
    };
  }

  return { prepare, assess };
})();
