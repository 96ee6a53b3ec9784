// The page of one score: reads the form, asks the engine, writes the answer. It keeps nothing.
"use strict";

// An element with text or children; null is left out.
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const entry = (() => {
  // A number as somebody typed it, with a point or a comma; null when empty, a word when unclear.
  function readNumber(text) {
    const bare = text.replace(/[\s\u00a0\u202f]/g, "");
    if (bare === "") return null;
    if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/.test(bare)) return "number";
    if (words.language() === "en" && /^[+-]?[1-9]\d{0,2},\d{3}$/.test(bare)) return "comma";
    return Number(bare.replace(",", "."));
  }

  // A value in another unit of the same item.
  function change(units, value, from, to) {
    const [a, b] = [from, to].map((name) => units.find((each) => each.unit === name));
    const base = a === b ? value : ((value - a.less) * a.times) / a.over;
    return a === b ? value : (base * b.over) / b.times + b.less;
  }

  // Writes the names of units in the language of the page.
  function nameUnits(root) {
    for (const option of root.querySelectorAll("select[data-unit] option")) {
      const text = option.dataset[words.language()];
      option.textContent = SPELLED[text] || text;
    }
  }

  const SPELLED = { "umol/L": "µmol/L", "ug/L": "µg/L", "ukat/L": "µkat/L", "/uL": "/µL", "10^9/L": "10⁹/L" };

  return { readNumber, change, nameUnits };
})();

// All values of a score that can be used, and why the others cannot.
function settleInputs(score, given) {
  const inputs = {};
  const refusals = {};
  const owner = {};
  for (const item of score.items) for (const name of [item.id, item.flag, ...(item.over || [])]) if (name && !owner[name]) owner[name] = item.id;
  const refuse = (name, text) => { refusals[owner[name] || name] = text; };
  for (const [name, value] of Object.entries(given)) {
    try {
      if (score.sources[name]) jalonEngine.readValue(score, score.sources[name], value);
      inputs[name] = value;
    } catch (refusal) {
      if (!(refusal instanceof jalonEngine.Refusal)) throw refusal;
      refuse(name, refusal.text);
    }
  }
  for (let tries = 0; tries <= score.items.length; tries += 1) {
    try {
      return { inputs, refusals, answer: jalon.assess(score, inputs) };
    } catch (refusal) {
      if (!(refusal instanceof jalonEngine.Refusal)) throw refusal;
      const id = owner[refusal.item] || refusal.item;
      refuse(refusal.item, refusal.text);
      const item = score.sources[id];
      for (const name of [id, refusal.item, item.flag, ...(item.over || [])]) if (name) delete inputs[name];
    }
  }
  throw new Error("no answer");
}

const scorePage = (() => {
  const { tell, say } = words;
  let score;
  const typed = new Map(); // as typed: the number and the unit it was typed in
  const at = (id) => document.getElementById(id);
  const labelOf = (id) => say(score.sources[id].label);
  const list = (parts) => parts.join(words.language() === "fr" ? " ; " : "; ");
  const groupOf = (slug) => score.groups.find((group) => group.slug === slug);
  const or = (slugs) => slugs.map((slug) => say(groupOf(slug).label)).join(` ${tell("or")} `);

  function readForm() {
    const given = {};
    const slips = {};
    for (const field of document.querySelectorAll("input[data-input]")) {
      const name = field.dataset.input;
      const value = typed.get(name);
      field.removeAttribute("aria-invalid");
      if (value === undefined) continue;
      if (typeof value.number === "string") slips[name] = value.number;
      else given[name] = value.unit === score.sources[name].unit ? value.number : { value: value.number, unit: value.unit };
    }
    for (const field of document.querySelectorAll("fieldset[data-input]")) {
      const chosen = field.querySelector("input:checked");
      if (chosen && chosen.value !== "") given[field.dataset.input] = Number(chosen.value);
    }
    return { given, slips };
  }

  // The answer from counts of several days, when there are any; null otherwise.
  function readSeries() {
    const counts = at("counts");
    if (!counts || counts.value.trim() === "") { if (counts) at("m-series").replaceChildren(); return null; }
    const rows = counts.value.split("\n").filter((line) => line.trim() !== "").map((line) => line.trim().split(/[\s;]+/));
    const numbers = rows.map((row) => row.map(entry.readNumber));
    const problems = [];
    let answer = null;
    const wrong = rows.find((row, k) => row.length !== 2 || numbers[k].some((x) => typeof x !== "number"));
    const until = entry.readNumber(at("until").value);
    if (wrong || typeof until === "string") problems.push(tell("line", { line: wrong ? wrong.join(" ") : at("until").value }));
    else {
      try {
        const name = document.querySelector("input[name=series]:checked").value;
        answer = jalonSeries.assess(score, name, numbers.map((row) => row[0]), numbers.map((row) => row[1]), "", until);
      } catch (refusal) {
        if (!(refusal instanceof jalonEngine.Refusal)) throw refusal;
        problems.push(say(refusal.text));
      }
    }
    const remarks = answer ? answer.remarks.filter((r) => !score.items.some((item) => item.id === r.item) && r.item !== "") : [];
    at("m-series").replaceChildren(...problems.map((text) => make("p", { class: "error" }, text)), ...remarks.map((r) => make("p", { class: r.kind }, say(r.text))));
    return { inputs: { counts: 1 }, refusals: {}, answer: answer || jalon.assess(score, {}) };
  }

  function refresh() {
    const { given, slips } = readForm();
    const { inputs, refusals, answer } = readSeries() || settleInputs(score, given);
    writeMessages(answer, refusals, slips);
    writeResult(at("result"), answer, Object.keys(inputs).length === 0);
    writeRemarks(answer);
    riskView.write(at("risk"), score, answer);
    at("why").replaceChildren(...answer.contributions.map((part) => {
      const open = answer.deciding.includes(part.item);
      return make("li", { class: `${part.source}${open ? " open" : ""}` }, words.typeset(part.why[words.language()]),
        open ? make("em", {}, ` ${tell("decides_short")}`) : null);
    }));
  }

  function writeMessages(answer, refusals, slips) {
    const owner = {};
    for (const item of score.items) for (const name of item.over || []) if (!owner[name]) owner[name] = item.id;
    for (const item of score.items) {
      const lines = [];
      for (const name of [item.id, ...(item.over || [])]) {
        if (!slips[name] || (name !== item.id && owner[name] !== item.id)) continue;
        lines.push(make("p", { class: "error" }, `${tell(slips[name])}. ${tell("taken")}`));
        at(`i-${name}`).setAttribute("aria-invalid", "true");
      }
      if (refusals[item.id]) {
        lines.push(make("p", { class: "error" }, `${say(refusals[item.id])}. ${tell("taken")}`));
        for (const name of [item.id, ...(item.over || [])]) if (typed.has(name) && at(`i-${name}`)) at(`i-${name}`).setAttribute("aria-invalid", "true");
      }
      for (const remark of answer.remarks) {
        if (remark.item !== item.id && owner[remark.item] !== item.id) continue;
        lines.push(make("p", { class: remark.kind }, say(remark.text)));
      }
      const box = at(`m-${item.id}`);
      if (box.textContent !== lines.map((line) => line.textContent).join("")) box.replaceChildren(...lines);
      const part = answer.contributions.find((each) => each.item === item.id);
      at(`p-${item.id}`).textContent = score.rule === "sum" && part.source !== "missing" ? jalonEngine.writePoints(part.low, part.high, words.language()) : "";
    }
  }

  function number(value) {
    if (score.rule !== "formula") return words.write(value);
    return value.toFixed(score.formula.decimals ?? 2).replace(".", words.language() === "fr" ? "," : ".");
  }

  // The total in words: "3 points", "2 to 3 points", "EASIX = 2.34".
  function total(answer) {
    const [low, high] = [answer.points_low, answer.points_high];
    if (score.rule === "table" && score.groups.length) return "";
    if (score.rule === "formula") {
      if (low === null && high === null) return "";
      if (low === null || high === null) return `${score.formula.symbol} ${tell(high === null ? "at_least" : "at_most", { n: number(low ?? high) })}`;
      const span = low === high ? number(low) : `${number(low)} ${tell("to")} ${number(high)}`;
      return low === high ? `${score.formula.symbol} = ${span}` : words.typeset(`${score.formula.symbol}${words.language() === "fr" ? " : " : ": "}${span}`);
    }
    const span = low === high ? number(low) : `${number(low)} ${tell("to")} ${number(high)}`;
    const one = words.language() === "fr" ? Math.abs(high) <= 1 : low === high && high === 1;
    return `${span} ${tell(one ? "point" : "points")}`;
  }

  function headline(answer) {
    if (answer.group) return words.capital(say(groupOf(answer.group).label));
    if (answer.state === "complete") return total(answer);
    return tell("undetermined");
  }

  function tellTotal(answer) {
    const text = total(answer);
    if (!text || (answer.state === "complete" && !answer.group)) return null;
    const range = score.form.range;
    return range ? `${text} (${tell("range", { low: range[0], high: range[1] })})` : text;
  }

  function tellOpen(answer) {
    const items = list(answer.deciding.map(labelOf));
    if (answer.state === "certain") return words.capital(`${tell("certain")} (${list(answer.missing.map(labelOf))}).`);
    if (answer.state !== "undetermined") return null;
    const groups = answer.possible.length ? tell("one_of", { groups: or(answer.possible) }) : "";
    if (!items) return `${groups} ${tell("unclear")}`;
    return `${groups} ${tell(answer.possible.length ? "decides" : "decides_value", { items })}`;
  }

  function writeResult(box, answer, empty) {
    const lines = empty
      ? [make("p", { class: "headline" }, tell("enter")), make("p", {}, tell("widen"))]
      : [
        make("p", { class: `headline ${answer.state}` }, headline(answer)),
        answer.state === "not_applicable" ? make("p", {}, tell("not_applicable")) : null,
        ...[tellTotal(answer), answer.log2 === null ? null : `log2 = ${words.write(answer.log2, 4)}`, tellOpen(answer)]
          .filter(Boolean).map((line) => make("p", {}, line)),
        ...score.cuts.map((cut) => make("p", {}, words.typeset(`${say(cut.label)}${words.language() === "fr" ? " : " : ": "}`),
          make("strong", {}, tell(answer.cuts[cut.slug] === null ? "unsure" : answer.cuts[cut.slug] ? "yes" : "no")))),
      ].filter(Boolean);
    const text = lines.map((line) => line.outerHTML).join("");
    if (box.dataset.text !== text) { box.dataset.text = text; box.replaceChildren(...lines); }
  }

  function tellOtherwise(answer) {
    const other = answer.alternative;
    if (!other) return null;
    const items = list(other.items.map(labelOf));
    if (!other.flips) return tell("unchanged", { items });
    const span = { ...answer, points_low: other.points_low, points_high: other.points_high };
    return tell("otherwise", { items, answer: other.groups.length ? or(other.groups) : total(span) });
  }

  function writeRemarks(answer) {
    const lines = [tellOtherwise(answer), ...answer.remarks.filter((r) => r.item === "").map((r) => say(r.text))];
    at("remarks").replaceChildren(...lines.filter(Boolean).map((line, k) => make("p", { class: k === 0 && answer.alternative ? "boundary" : "note" }, line)));
  }

  function switchUnit(select) {
    const name = select.dataset.unit;
    const value = typed.get(name);
    if (!value || typeof value.number !== "number") return;
    const shown = entry.change(score.form.units[name], value.number, value.unit, select.value);
    at(`i-${name}`).value = words.write(shown);
  }

  function type(field) {
    const number = entry.readNumber(field.value);
    const name = field.dataset.input;
    const select = at(`u-${name}`);
    if (number === null) typed.delete(name);
    else typed.set(name, { number, unit: select ? select.value : score.sources[name].unit });
  }

  function asText() {
    const { answer } = readSeries() || settleInputs(score, readForm().given);
    const d = score.definition;
    const lines = [say(d.name), headline(answer), tellTotal(answer), tellOpen(answer), tellOtherwise(answer),
      ...answer.contributions.map((part) => `- ${part.why[words.language()]}`), ...answer.remarks.map((r) => `! ${say(r.text)}`),
      ...riskView.tellAll(score, answer),
      `${d.short}, ${tell("version")} ${d.version}, sha256 ${score.sha256.slice(0, 12)}${d.doi ? `, doi:${d.doi}` : ""}`, tell("research")];
    return lines.filter(Boolean).join("\n");
  }

  function copy(button) {
    const done = () => {
      const before = [...button.childNodes];
      button.replaceChildren(tell("copied"));
      setTimeout(() => button.replaceChildren(...before), 1500);
    };
    const text = asText();
    if (navigator.clipboard) { navigator.clipboard.writeText(text).then(done, () => copyOld(text, done)); } else copyOld(text, done);
  }

  function copyOld(text, done) {
    const box = make("textarea", { class: "out-of-sight" });
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    done();
  }

  function start() {
    const data = JSON.parse(at("score").textContent);
    score = { ...jalon.prepare(data), sha256: data.sha256 };
    const form = at("form");
    form.reset();
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => {
      if (event.target.matches("input[data-input]")) type(event.target);
      if (event.target.matches("select[data-unit]")) switchUnit(event.target);
      refresh();
    });
    at("clear").addEventListener("click", () => { form.reset(); typed.clear(); refresh(); });
    at("print").addEventListener("click", () => window.print());
    at("copy").addEventListener("click", (event) => copy(event.currentTarget));
    refresh();
  }

  return { start, refresh, asText };
})();

// Absolute risks of the groups: in words, as a drawing and as a table.
const riskView = (() => {
  const { tell, say } = words;

  // Risks of one event in one cohort belong together.
  function gather(score) {
    const found = new Map();
    for (const risk of score.risks) {
      const key = `${risk.event || ""}|${risk.cohort}`;
      found.set(key, [...(found.get(key) || []), risk]);
    }
    return [...found.values()];
  }

  function eventOf(score, risk) {
    if (!risk.event) {
      const d = score.definition;
      const outcome = (words.language() === "fr" && d.fr && d.fr.outcome) || d.outcome;
      return tell("event_of", { outcome });
    }
    return words.capital(words.language() === "fr" && risk.event_fr ? risk.event_fr : risk.event);
  }

  const hundred = (share) => Math.round(100 * share);
  const labelOf = (score, slug) => say(score.groups.find((group) => group.slug === slug).label);

  function tellRisks(score, risks, possible) {
    const lines = [];
    for (const months of [...new Set(risks.map((r) => r.months))].sort((a, b) => a - b)) {
      const own = risks.filter((r) => r.months === months && possible.includes(r.group));
      const [event, time] = [eventOf(score, risks[0]), words.time(months)];
      if (own.length === 1 && possible.length === 1) {
        const r = own[0];
        const interval = r.low === undefined || r.high === undefined ? tell("no_interval") : tell("between", { low: hundred(r.low), high: hundred(r.high) });
        lines.push(tell("within", { event, time, n: hundred(r.value), interval }));
      } else if (own.length > 1 && own.length === possible.length) {
        const values = own.map((r) => hundred(r.value));
        lines.push(tell("spread", { event, time, low: Math.min(...values), high: Math.max(...values) }));
      }
    }
    return lines;
  }

  const tellAll = (score, answer) => gather(score).flatMap((risks) => tellRisks(score, risks, answer.possible));

  function stateOf(answer, slug) {
    if (answer.group === slug) return "is";
    return answer.possible.includes(slug) ? "may" : "not";
  }

  function drawRisks(score, risks, answer, label) {
    const slugs = score.groups.map((group) => group.slug).filter((slug) => risks.some((r) => r.group === slug));
    const dates = new Set(risks.map((r) => r.months));
    if (dates.size === 1) {
      return charts.bars(slugs.map((slug) => ({ ...risks.find((r) => r.group === slug), label: labelOf(score, slug), state: stateOf(answer, slug) })), label);
    }
    return charts.curves(slugs.map((slug) => ({
      label: labelOf(score, slug), state: stateOf(answer, slug),
      points: risks.filter((r) => r.group === slug).sort((a, b) => a.months - b.months),
    })), label);
  }

  function table(score, risks, answer) {
    const head = ["group", "time", "value", "interval", "n"].map((key) => make("th", { scope: "col" }, tell(key)));
    const tenth = (share) => words.write(Math.round(1000 * share) / 10);
    const rows = risks.map((r) => {
      const known = r.low !== undefined && r.high !== undefined;
      const interval = known ? `${tenth(r.low)}-${tenth(r.high)}` : tell("none");
      return make("tr", { class: stateOf(answer, r.group) }, make("th", { scope: "row" }, labelOf(score, r.group)), make("td", {}, words.time(r.months)),
        make("td", { class: "right" }, words.percent(r.value)), make("td", { class: "right" }, interval), make("td", { class: "right" }, r.n ? words.write(r.n) : tell("none")));
    });
    const name = `${eventOf(score, risks[0])}. ${risks[0].cohort}`;
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
  }

  function write(box, score, answer) {
    const parts = [make("h2", {}, tell("risk"))];
    if (!score.risks.length) parts.push(make("p", { class: "quiet" }, tell("no_risk")));
    const unknown = answer.group && score.risks.length && !score.risks.some((r) => r.group === answer.group);
    if (unknown) parts.push(make("p", {}, tell("no_group_risk")));
    for (const risks of gather(score)) {
      const said = tellRisks(score, risks, answer.possible);
      const title = eventOf(score, risks[0]);
      const several = new Set(risks.map((r) => r.months)).size > 1;
      parts.push(make("section", { class: "risk" }, make("h3", {}, title + (several ? "" : ` ${words.time(risks[0].months)}`)),
        ...said.map((line) => make("p", { class: "said" }, line)), drawRisks(score, risks, answer, `${title}. ${said.join(" ")}`),
        several ? make("p", { class: "quiet small" }, tell("lines")) : null, table(score, risks, answer),
        make("p", { class: "quiet small" }, tell("cohort", { cohort: risks[0].cohort }))));
    }
    box.replaceChildren(...parts);
  }

  return { write, tellAll };
})();

// What every page does: the language, the search, and the start of what is on it.
const everyPage = (() => {
  const at = (id) => document.getElementById(id);

  function search() {
    const wanted = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const entry of document.querySelectorAll("ul.scores li")) {
      const text = entry.dataset.words.toLowerCase();
      entry.hidden = !wanted.every((word) => text.includes(word));
      shown += entry.hidden ? 0 : 1;
    }
    for (const shelf of document.querySelectorAll(".shelf")) shelf.hidden = !shelf.querySelector("li:not([hidden])");
    at("found").textContent = words.tell(shown === 0 ? "found_none" : shown === 1 ? "found_one" : "found", { n: shown });
  }

  function setLanguage(language) {
    document.documentElement.lang = language;
    at("language").textContent = language === "fr" ? "English" : "Français";
    at("language").lang = language === "fr" ? "en" : "fr";
    entry.nameUnits(document);
    if (location.protocol.startsWith("http")) {
      const address = new URL(location.href);
      address.searchParams.set("lang", language);
      history.replaceState(null, "", address);
      for (const link of document.querySelectorAll("nav a, main a[href^='/'], a.button")) {
        const target = new URL(link.href);
        if (target.origin === location.origin) { target.searchParams.set("lang", language); link.href = target; }
      }
    }
    if (at("score")) scorePage.refresh();
    if (at("scores")) trajectoryPage.refresh();
    if (at("search")) search();
  }

  function start() {
    const button = at("language");
    button.hidden = false;
    if (at("score")) scorePage.start();
    if (at("scores")) trajectoryPage.start();
    if (at("search")) at("search").addEventListener("input", search);
    button.addEventListener("click", () => setLanguage(words.language() === "fr" ? "en" : "fr"));
    setLanguage(words.language());
  }

  return { start };
})();
