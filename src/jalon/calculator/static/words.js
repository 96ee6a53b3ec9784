// Words of the page in English and French, and how numbers and times are written on it.
"use strict";

const words = (() => {
  const WORDS = {
    en: {
      enter: "Enter what is known. The answer appears here as you type.",
      widen: "What is not known widens the answer; it never counts as 0.",
      points: "points", point: "point", range: "possible {low} to {high}", to: "to", or: "or",
      undetermined: "Not certain yet", certain: "certain, whatever is missing turns out to be",
      one_of: "The group is one of: {groups}.", decides: "Would decide it: {items}.",
      decides_value: "Still needed: {items}.", unclear: "The published rule leaves this open.",
      not_applicable: "The score is not for such a patient.", no_groups: "No groups are published for this score.",
      otherwise: "Sources disagree on {items}. Read the other way, the answer would be: {answer}.",
      unchanged: "Sources disagree on {items}; it does not change the group.",
      yes: "yes", no: "no", unsure: "not certain", risk: "Absolute risk", no_risk: "No absolute risk by group is published for this score, so none is shown.",
      no_group_risk: "No absolute risk is published for this group, so none is shown.",
      within: "{event} {time}: about {n} of 100 similar patients{interval}.", between: " (between {low} and {high})",
      no_interval: " (no interval is published)", spread: "{event} {time}: from about {low} to about {high} of 100, depending on what is not known.",
      group: "Group", time: "When", value: "Risk", interval: "95% interval", n: "Patients", none: "not given",
      by: "by {time}", day: "by day {n}", years: "{n} years", months: "{n} months", event_of: "Event of the outcome ({outcome})",
      not_known: "not known", decides_short: "would decide", axis: "months", lines: "Lines only join the published points.",
      copied: "Copied", research: "Research use only.", missing: "not known: {items}", number: "Write a number, for example 1.5",
      comma: "Write 1200 or 1.2: a comma before three digits can be read both ways", taken: "Taken as not known.",
      found: "{n} scores", found_one: "1 score", found_none: "No score has this name.", version: "version", line: "“{line}” is not a day and a count, for example 7 450", at_least: "at least {n}", at_most: "at most {n}",
      cohort: "Cohort: {cohort}", of: "of", negative: "Not possible", your: "the group", may: "possible",
    },
    fr: {
      enter: "Saisir ce qui est connu. La réponse apparaît ici pendant la saisie.",
      widen: "Ce qui n'est pas connu élargit la réponse ; cela ne compte jamais pour 0.",
      points: "points", point: "point", range: "possible de {low} à {high}", to: "à", or: "ou",
      undetermined: "Pas encore certain", certain: "certain, quoi que vaille ce qui manque",
      one_of: "Le groupe est l'un de ceux-ci : {groups}.", decides: "Trancherait : {items}.",
      decides_value: "Il manque encore : {items}.", unclear: "La règle publiée laisse ce point ouvert.",
      not_applicable: "Le score ne s'applique pas à un tel patient.", no_groups: "Aucun groupe n'est publié pour ce score.",
      otherwise: "Les sources divergent sur : {items}. Lue autrement, la réponse serait : {answer}.",
      unchanged: "Les sources divergent sur : {items} ; le groupe n'en dépend pas.",
      yes: "oui", no: "non", unsure: "pas certain", risk: "Risque absolu", no_risk: "Aucun risque absolu par groupe n'est publié pour ce score ; aucun n'est donc affiché.",
      no_group_risk: "Aucun risque absolu n'est publié pour ce groupe ; aucun n'est donc affiché.",
      within: "{event} {time} : environ {n} patients semblables sur 100{interval}.", between: " (entre {low} et {high})",
      no_interval: " (intervalle non publié)", spread: "{event} {time} : d'environ {low} à environ {high} sur 100, selon ce qui n'est pas connu.",
      group: "Groupe", time: "Quand", value: "Risque", interval: "Intervalle à 95 %", n: "Patients", none: "non précisé",
      by: "à {time}", day: "à J{n}", years: "{n} ans", months: "{n} mois", event_of: "Événement du critère ({outcome})",
      not_known: "inconnu", decides_short: "trancherait", axis: "mois", lines: "Les lignes relient seulement les points publiés.",
      copied: "Copié", research: "Usage de recherche uniquement.", missing: "inconnu : {items}", number: "Saisir un nombre, par exemple 1,5",
      comma: "Saisir 1200 ou 1,2", taken: "Considéré comme inconnu.",
      found: "{n} scores", found_one: "1 score", found_none: "Aucun score ne porte ce nom.", version: "version", line: "« {line} » n'est pas un jour et une valeur, par exemple 7 450", at_least: "au moins {n}", at_most: "au plus {n}",
      cohort: "Cohorte : {cohort}", of: "sur", negative: "Impossible", your: "le groupe", may: "possible",
    },
  };

  const language = () => (document.documentElement.lang === "fr" ? "fr" : "en");

  const UNITS = [["10^9/L", "10⁹/L"], ["umol/L", "µmol/L"], ["ug/L", "µg/L"], ["ukat/L", "µkat/L"], [" /uL", " /µL"], ["kg/m2", "kg/m²"]];

  // Units as laboratories print them; French signs take a narrow space that does not break.
  function typeset(plain) {
    const text = UNITS.reduce((written, [unit, printed]) => written.replaceAll(unit, printed), plain);
    if (language() !== "fr") return text;
    return text.replace(/ ([:;?!%»])/g, "\u202f$1").replace(/« /g, "«\u202f");
  }

  function tell(key, values = {}) {
    const text = WORDS[language()][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
    return typeset(text);
  }

  const say = (text) => typeset(text[language()] || text.en || "");
  const write = (number, digits = 6) => jalonEngine.writeNumber(number, language(), digits);
  const percent = (share) => typeset(`${write(Math.round(1000 * share) / 10)}${language() === "fr" ? " %" : "%"}`);
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function time(months) {
    const days = months * (365.25 / 12);
    if (Math.abs(months - Math.round(months)) > 1e-6) return tell("day", { n: Math.round(days) });
    const inYears = months >= 24 && months % 12 === 0;
    return tell("by", { time: tell(inYears ? "years" : "months", { n: inYears ? months / 12 : months }) });
  }

  return { language, typeset, tell, say, write, percent, capital, time };
})();
