// Two small drawings of absolute risk: bars for one date, lines for several. No people, no tricks.
"use strict";

const charts = (() => {
  const SPACE = "http://www.w3.org/2000/svg";

  function draw(name, attributes, ...children) {
    const element = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  function frame(width, height, label) {
    return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "chart" });
  }

  // rows: {label, value, low, high, state: "is" | "may" | "not"}
  function bars(rows, label) {
    const [width, step, left] = [430, 34, 152];
    const height = rows.length * step + 24;
    const x = (share) => left + share * (width - left - 52);
    const svg = frame(width, height, label);
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      svg.append(draw("line", { x1: x(share), x2: x(share), y1: 2, y2: height - 20, class: "grid" }));
      svg.append(draw("text", { x: x(share), y: height - 5, class: "tick", "text-anchor": "middle" }, `${100 * share}`));
    }
    rows.forEach((row, k) => {
      const y = k * step + 4;
      svg.append(draw("text", { x: left - 8, y: y + 18, class: `name ${row.state}`, "text-anchor": "end" }, shorten(row.label)));
      svg.append(draw("rect", { x: x(0), y: y + 3, width: Math.max(x(row.value) - x(0), 1), height: step - 14, class: `bar ${row.state}` }));
      if (row.low !== undefined && row.high !== undefined) {
        const middle = y + 3 + (step - 14) / 2;
        svg.append(draw("line", { x1: x(row.low), x2: x(row.high), y1: middle, y2: middle, class: "whisker" }));
        for (const end of [row.low, row.high]) {
          svg.append(draw("line", { x1: x(end), x2: x(end), y1: middle - 4, y2: middle + 4, class: "whisker" }));
        }
      }
      const end = Math.max(row.value, row.high || 0);
      svg.append(draw("text", { x: x(end) + 5, y: y + 18, class: `figure ${row.state}` }, words.percent(row.value)));
    });
    return svg;
  }

  const shorten = (text) => (text.length > 22 ? `${text.slice(0, 21).trimEnd()}…` : text);

  // lines: {label, state, points: [{months, value, low, high}]}
  function curves(lines, label) {
    const [width, height, left, bottom, right] = [460, 230, 34, 34, 136];
    const last = Math.max(...lines.flatMap((line) => line.points.map((p) => p.months)));
    const x = (months) => left + (months / last) * (width - left - right);
    const y = (share) => 8 + (1 - share) * (height - bottom - 8);
    const svg = frame(width, height, label);
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      svg.append(draw("line", { x1: left, x2: width - right, y1: y(share), y2: y(share), class: "grid" }));
      svg.append(draw("text", { x: left - 5, y: y(share) + 4, class: "tick", "text-anchor": "end" }, `${100 * share}`));
    }
    const ticks = [...new Set(lines.flatMap((line) => line.points.map((p) => p.months)))];
    for (const months of [0, ...ticks]) {
      svg.append(draw("text", { x: x(months), y: height - 18, class: "tick", "text-anchor": "middle" }, words.write(months, 3)));
    }
    svg.append(draw("text", { x: x(last / 2), y: height - 3, class: "tick", "text-anchor": "middle" }, words.tell("axis")));
    const order = [...lines].sort((a, b) => (a.state === "not" ? 0 : 1) - (b.state === "not" ? 0 : 1));
    const names = [];
    for (const line of order) {
      const points = line.points;
      const banded = points.filter((p) => p.low !== undefined && p.high !== undefined);
      if (line.state !== "not" && banded.length > 1) {
        const edge = [...banded.map((p) => [p.months, p.high]), ...banded.map((p) => [p.months, p.low]).reverse()];
        svg.append(draw("polygon", { points: edge.map(([m, s]) => `${x(m)},${y(s)}`).join(" "), class: `band ${line.state}` }));
      }
      svg.append(draw("polyline", { points: [[0, 0], ...points.map((p) => [p.months, p.value])].map(([m, s]) => `${x(m)},${y(s)}`).join(" "), class: `line ${line.state}` }));
      for (const p of points) {
        svg.append(draw("circle", { cx: x(p.months), cy: y(p.value), r: 3, class: `dot ${line.state}` }));
        if (line.state !== "not" && p.low !== undefined && p.high !== undefined) {
          svg.append(draw("line", { x1: x(p.months), x2: x(p.months), y1: y(p.low), y2: y(p.high), class: "whisker" }));
        }
      }
      names.push({ line, at: y(points.at(-1).value) });
    }
    names.sort((a, b) => a.at - b.at);
    names.forEach((name, k) => { if (k && name.at < names[k - 1].at + 14) name.at = names[k - 1].at + 14; });
    for (const { line, at } of names) {
      svg.append(draw("text", { x: width - right + 7, y: at + 4, class: `name ${line.state}` }, shorten(line.label)));
    }
    return svg;
  }

  return { bars, curves };
})();
