// One patient over time: values as they become known, the scores of each moment, what changed.
"use strict";

const trajectoryPage = (() => {
  const { tell, say } = words;
  const WORDS = {
    en: { judged: "only the judgement", judgements: "Where only a judgement is known", since: "Since {moment}", same: "unchanged", first: "first answer", from: "{before} → {after}", because: "because", moment: "Moment", nothing: "nothing entered", case: "Worked case", again: "Repeat the values of {moment}", carried: "{label} carried on from {moment}" },
    fr: { judged: "jugement seul", judgements: "Si seul un jugement est connu", since: "Depuis : {moment}", same: "inchangé", first: "première réponse", from: "{before} → {after}", because: "car", moment: "Moment", nothing: "rien de saisi", case: "Cas commenté", again: "Reprendre les valeurs de : {moment}", carried: "{label} repris de : {moment}" },
  };
  const spelled = (unit) => words.typeset(` ${say(unit)}`).trim();
  const at = (id) => document.getElementById(id);
  const word = (key, values = {}) => words.typeset(WORDS[words.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]));
  let data;
  let scores = {};
  let showsCase = false;
  const entered = {}; // by moment and name: {text, unit} or {choice}

  // ---- the form

  function box(moment, field) {
    const id = `t-${moment.id}-${field.id}`;
    const unit = field.kind === "number" ? null : "";
    const label = make("label", { for: id }, say(field.label) + (field.judged ? ` (${word("judged")})` : ""));
    const kept = entered[moment.id][field.id] || {};
    if (unit === "") {
      const select = make("select", { id, "data-name": field.id }, make("option", { value: "" }, tell("not_known")),
        ...field.choices.map(([value, text]) => make("option", { value }, say(text))));
      select.value = kept.choice || "";
      select.addEventListener("input", () => { keep(moment, field, { choice: select.value }); });
      return make("div", { class: "number" }, label, select);
    }
    const input = make("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", "data-name": field.id });
    input.value = kept.text || "";
    let units = make("span", { class: "unit" }, spelled(field.units[0]));
    if (field.units.length > 1) {
      units = make("select", { "aria-label": `${words.language() === "fr" ? "Unité" : "Unit"}: ${say(field.label)}` },
        ...field.units.map((each) => make("option", { value: each.unit }, spelled(each))));
      units.value = kept.unit || field.unit;
    }
    const take = () => keep(moment, field, { text: input.value, unit: units.value || field.unit });
    input.addEventListener("input", take);
    units.addEventListener("input", () => {
      const number = entry.readNumber(input.value);
      const factors = factorsOf(moment, field.id);
      if (typeof number === "number") input.value = words.write(entry.change(factors, number, kept.unit || field.unit, units.value));
      kept.unit = units.value;
      take();
    });
    return make("div", { class: "number" }, label, input, units);
  }

  function factorsOf(moment, name) {
    const slug = moment.scores.find((each) => data.scores[each].form.units[name]);
    return data.scores[slug].form.units[name];
  }

  function keep(moment, field, value) {
    const empty = value.choice === "" || value.text === "";
    if (empty) delete entered[moment.id][field.id]; else entered[moment.id][field.id] = value;
    answerAll();
  }

  // ---- what is known at a moment, for one score

  function inputsOf(moment, slug) {
    const given = {};
    const known = { ...carried(moment), ...entered[moment.id] };
    for (const [name, value] of Object.entries(known)) {
      const score = scores[slug];
      if (!score.names.has(name)) continue;
      const field = data.moments.flatMap((each) => each.fields).find((each) => each.id === name);
      if (value.choice !== undefined) given[name] = field.levels.length ? field.levels[Number(value.choice)] : Number(value.choice);
      else {
        const number = entry.readNumber(value.text);
        if (typeof number !== "number") continue;
        given[name] = value.unit === (score.sources[name] || {}).unit ? number : { value: number, unit: value.unit };
      }
    }
    return given;
  }

  function carried(moment) {
    const found = {};
    for (const earlier of data.moments) {
      if (earlier === moment) break;
      for (const name of data.fixed) if (entered[earlier.id][name]) found[name] = entered[earlier.id][name];
    }
    return found;
  }

  function answerOf(moment, slug) {
    const given = inputsOf(moment, slug);
    const own = Object.keys(given).some((name) => entered[moment.id][name]);
    return { ...settleInputs(scores[slug], given), own };
  }

  function headline(score, answer) {
    const labelOf = (slug) => say(score.groups.find((group) => group.slug === slug).label);
    if (answer.group) return words.capital(labelOf(answer.group));
    const places = answer.possible.map((slug) => score.groups.findIndex((group) => group.slug === slug));
    const joined = places.length > 2 && places.at(-1) - places[0] === places.length - 1;
    if (joined) return `${labelOf(answer.possible[0])} ${tell("to")} ${labelOf(answer.possible.at(-1))}`;
    if (answer.possible.length) return answer.possible.map(labelOf).join(` ${tell("or")} `);
    return total(score, answer);
  }

  function total(score, answer) {
    if (score.rule === "table") return "";
    if (answer.points_low === null && answer.points_high === null) return "";
    if (answer.points_low === null || answer.points_high === null) {
      const known = words.write(answer.points_low ?? answer.points_high, 4);
      return `${score.formula.symbol} ${tell(answer.points_high === null ? "at_least" : "at_most", { n: known })}`;
    }
    const [low, high] = [answer.points_low, answer.points_high].map((value) => words.write(value, 4));
    const span = low === high ? low : `${low} ${tell("to")} ${high}`;
    return score.rule === "formula" ? `${score.formula.symbol} ${span}` : `${span} ${tell("points")}`;
  }

  // What changed since the score last answered, and which items made it change.
  function tellChange(slug, moment, found) {
    const before = data.moments.slice(0, data.moments.indexOf(moment)).reverse()
      .find((each) => each.scores.includes(slug) && answerOf(each, slug).own);
    if (!before) return null;
    const score = scores[slug];
    const past = answerOf(before, slug).answer;
    const said = (answer) => [headline(score, answer), answer.group || answer.possible.length ? total(score, answer) : ""].filter(Boolean).join(", ");
    const reasons = found.answer.contributions.filter((part, k) => {
      const old = past.contributions[k];
      return old.low !== part.low || old.high !== part.high || old.source !== part.source;
    }).map((part) => part.why[words.language()]);
    const start = `${word("since", { moment: say(before.label) })}: `;
    if (said(past) === said(found.answer) && !reasons.length) return [start + word("same")];
    return [`${start}${said(past)} → ${said(found.answer)}`, ...(reasons.length ? [`${word("because")} ${reasons.join("; ")}`] : [])];
  }

  // ---- what is shown

  function card(moment, slug) {
    const score = scores[slug];
    const found = answerOf(moment, slug);
    const d = score.definition;
    const lines = [];
    if (found.own) {
      const { answer } = found;
      lines.push(make("p", { class: "headline small" }, headline(score, answer)));
      const points = answer.group || answer.possible.length ? total(score, answer) : "";
      if (points) lines.push(make("p", {}, points));
      if (answer.deciding.length) lines.push(make("p", {}, tell(answer.possible.length ? "decides" : "decides_value", { items: answer.deciding.map((id) => say(score.sources[id].label)).join("; ") })));
      for (const line of tellChange(slug, moment, found) || []) lines.push(make("p", { class: "change" }, words.typeset(line)));
      for (const text of [...Object.values(found.refusals), ...answer.remarks.map((r) => r.text)]) lines.push(make("p", { class: "note" }, say(text)));
      for (const line of riskView.tellAll(score, answer)) lines.push(make("p", { class: "small" }, line));
      if (d.availability === "partial") lines.push(make("p", { class: "quiet small" }, say(d.reason)));
    } else lines.push(make("p", { class: "quiet" }, word("nothing")));
    const name = make("a", { href: new URL(`scores/${slug}?lang=${words.language()}`, document.baseURI.replace(/trajectory.*$/, "")) }, d.short);
    return make("section", { class: "card" }, make("h3", {}, name, make("span", { class: "quiet small" }, ` ${tell("version")} ${d.version}`)), ...lines);
  }

  function answerAll() {
    for (const moment of data.moments) {
      at(`cards-${moment.id}`).replaceChildren(...moment.scores.map((slug) => card(moment, slug)));
      const from = carried(moment);
      const names = Object.keys(from).filter((name) => !entered[moment.id][name] && moment.scores.some((slug) => scores[slug].names.has(name)));
      const first = data.moments.find((each) => names.some((name) => entered[each.id][name]));
      at(`carried-${moment.id}`).textContent = names.length
        ? word("carried", { label: names.map((name) => say(moment.fields.find((field) => field.id === name).label)).join(", "), moment: say(first.label) }) : "";
    }
    overview();
  }

  function overview() {
    const used = Object.keys(scores).filter((slug) => data.moments.some((m) => m.scores.includes(slug) && answerOf(m, slug).own));
    const head = make("tr", {}, make("th", { scope: "col" }, "Score"), ...data.moments.map((m) => make("th", { scope: "col" }, say(m.label))));
    const rows = used.map((slug) => make("tr", {}, make("th", { scope: "row" }, scores[slug].definition.short), ...data.moments.map((m) => {
      if (!m.scores.includes(slug)) return make("td", { class: "quiet" }, "·");
      const found = answerOf(m, slug);
      return make("td", {}, found.own ? headline(scores[slug], found.answer) : "");
    })));
    at("overview").replaceChildren(...(used.length ? [make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))] : []));
    at("overview").hidden = !used.length;
  }

  function repeat(moment, earlier) {
    for (const field of moment.fields) {
      if (entered[earlier.id][field.id] && !entered[moment.id][field.id]) entered[moment.id][field.id] = { ...entered[earlier.id][field.id] };
    }
    refresh();
  }

  // Judgements stand for values that nobody kept; they are folded away until one is used.
  function judgements(moment) {
    const fields = moment.fields.filter((field) => field.judged);
    if (!fields.length) return null;
    const folded = make("details", {}, make("summary", {}, word("judgements")), ...fields.map((field) => box(moment, field)));
    folded.open = fields.some((field) => entered[moment.id][field.id]);
    return folded;
  }

  function section(moment, k) {
    const earlier = data.moments[k - 1];
    const shared = earlier && moment.fields.some((field) => earlier.fields.some((each) => each.id === field.id));
    const button = shared ? make("button", { type: "button" }, word("again", { moment: say(earlier.label) })) : null;
    if (button) button.addEventListener("click", () => repeat(moment, earlier));
    const note = showsCase && data.case.notes[moment.id] ? make("p", { class: "told" }, say(data.case.notes[moment.id])) : null;
    return make("section", { class: "moment", id: moment.id, "aria-labelledby": `h-${moment.id}` }, make("h2", { id: `h-${moment.id}` }, say(moment.label)), note,
      make("div", { class: "columns" }, make("form", { autocomplete: "off", "aria-labelledby": `h-${moment.id}` }, make("p", { class: "quiet small", id: `carried-${moment.id}` }), ...moment.fields.filter((field) => !field.judged).map((field) => box(moment, field)), judgements(moment), button),
        make("div", { id: `cards-${moment.id}`, class: "cards", role: "status" })));
  }

  function refresh() {
    at("moments").replaceChildren(...data.moments.map(section));
    for (const form of document.querySelectorAll("#moments form")) form.addEventListener("submit", (event) => event.preventDefault());
    at("told").hidden = !showsCase;
    at("told").textContent = showsCase ? `${word("case")}: ${say(data.case.label)}. ${data.case.source}` : "";
    answerAll();
  }

  function clear() { for (const moment of data.moments) entered[moment.id] = {}; }

  function showCase() {
    clear();
    showsCase = true;
    for (const [moment, values] of Object.entries(data.case.values)) {
      for (const [name, value] of Object.entries(values)) {
        const field = data.moments.find((each) => each.id === moment).fields.find((each) => each.id === name);
        const choice = typeof value === "string" ? field.levels.indexOf(value) : value;
        entered[moment][name] = field.kind === "choice" ? { choice: String(choice) } : { text: words.write(value), unit: field.unit };
      }
    }
    refresh();
  }

  function start() {
    data = JSON.parse(at("scores").textContent);
    scores = Object.fromEntries(Object.entries(data.scores).map(([slug, form]) => [slug, jalon.prepare(form)]));
    clear();
    at("clear").addEventListener("click", () => { clear(); showsCase = false; refresh(); });
    at("case").addEventListener("click", showCase);
    at("print").addEventListener("click", () => window.print());
  }

  return { start, refresh };
})();
