"use strict";
(() => {
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const rows = [...document.querySelectorAll("tr[data-words]")].map((row) => [row, plain(row.dataset.words)]);
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  search.parentElement.hidden = false;
  search.addEventListener("input", () => {
    const wanted = plain(search.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [row, words] of rows) {
      row.hidden = !wanted.every((word) => words.includes(word));
      if (!row.hidden && row.closest(".table")) count += 1;
    }
    for (const section of document.querySelectorAll("section")) {
      section.hidden = wanted.length > 0 && !section.querySelector("tr[data-words]:not([hidden])");
    }
    found.textContent = wanted.length ? `${count} ${document.documentElement.dataset.found}` : "";
  });
})();
