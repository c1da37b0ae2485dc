// Listings that are searched, filtered and sorted, pages of single rows, and what a mark says when it is touched.
// Works from a disk: no request is made. Texts of files enter as text nodes and attributes only, never as HTML.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

function shown(value) {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.map(shown).join(" ") : typeof value === "number" ? decimal(value) : String(value);
}

function decimal(value) {
  const text = Number.isInteger(value) ? String(value) : String(+value.toPrecision(9));
  return text.replace("-", "−");
}

// Words that are all in the text; one that ends in a digit is a whole number or a whole list of widths: 2-2-2 is not 2-2-2-2.
function matcher(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean).map((word) => {
    const plain = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return new RegExp((/^\d/.test(word) ? "(?<![\\d.]|\\d-)" : "") + plain + (/\d$/.test(word) ? "(?!\\d|-\\d|\\.\\d)" : ""));
  });
  return (text) => words.every((word) => word.test(text));
}

// What a POSIX shell reads as one word.
function quoted(text) {
  return /^[A-Za-z0-9@%_+=:,./-]+$/.test(text) ? text : "'" + text.replace(/'/g, "'\"'\"'") + "'";
}

function command(text) {
  const button = make("button", { type: "button", class: "copy", onclick: () => navigator.clipboard && navigator.clipboard.writeText(text).then(() => { button.textContent = "copied"; }) }, "copy");
  return make("pre", { class: "command" }, make("code", {}, text), button);
}

class Listing {
  constructor(host, data) {
    Object.assign(this, { host, data, sorted: null, down: false, limit: 200, filters: {} });
    this.places = Object.fromEntries(data.columns.map((c, k) => [c.name, k]));
    this.texts = data.rows.map((row) => row.filter((v) => typeof v === "string").join(" ").toLowerCase());
    if (data.pages) this.texts = this.texts.map((t, k) => t + " " + shown(data.rows[k][this.places[data.pages.key]]));
    this.build();
    this.restore();
    window.addEventListener("hashchange", () => this.restore());
  }

  build() {
    this.query = make("input", { type: "search", placeholder: this.data.search || null, hidden: !this.data.search, "aria-label": "Search", oninput: () => this.changed() });
    this.controls = make("div", { class: "controls" }, this.query);
    this.data.columns.forEach((column, k) => {
      if (column.filter === "choice") this.addChoice(column, k);
      if (column.filter === "range") this.addRange(column, k);
    });
    if (this.data.pages && Object.keys(this.data.pages.certificates).length) {
      this.certified = make("input", { type: "checkbox", onchange: () => this.changed() });
      this.controls.append(make("label", { class: "check" }, this.certified, "with certificate"));
    }
    this.count = make("p", { class: "count", "aria-live": "polite" });
    this.head = make("tr", {}, ...this.columns().map((k) => this.heading(k)));
    this.body = make("tbody");
    this.more = make("button", { type: "button", class: "button", onclick: () => { this.limit = Infinity; this.draw(); } }, "Show all");
    this.table = make("div", { class: "wide" }, make("table", { class: "rows" }, make("thead", {}, this.head), this.body));
    this.list = make("div", {}, this.controls, this.count, this.table, this.more);
    this.page = make("article", { class: "row-page", hidden: true });
    this.host.append(this.list, this.page);
  }

  columns() {
    return this.data.columns.map((c, k) => k).filter((k) => this.data.columns[k].listed);
  }

  heading(k) {
    const column = this.data.columns[k];
    const button = make("button", { type: "button", title: column.hint || null, onclick: () => this.sort(k) }, column.title);
    return make("th", { scope: "col", class: column.kind, "data-column": column.name }, button);
  }

  addChoice(column, k) {
    const values = [...new Set(this.data.rows.map((row) => shown(row[k])))].filter(Boolean).sort();
    if (values.length < 2) return;
    const box = make("select", { "aria-label": column.title, onchange: () => this.changed() }, make("option", { value: "" }, "any " + column.title), ...values.map((v) => make("option", { value: v }, v)));
    this.filters[column.name] = { box, test: (row) => !box.value || shown(row[k]) === box.value };
    this.controls.append(box);
  }

  addRange(column, k) {
    const ends = ["from", "to"].map((end) => make("input", { type: "number", step: "any", placeholder: end, "aria-label": column.title + " " + end, oninput: () => this.changed() }));
    const test = (row) => {
      const [low, high] = ends.map((e) => (e.value === "" ? null : Number(e.value)));
      if (low === null && high === null) return true;
      return row[k] !== null && (low === null || Number(row[k]) >= low) && (high === null || Number(row[k]) <= high);
    };
    this.filters[column.name] = { ends, test };
    this.controls.append(make("span", { class: "range" }, make("span", {}, column.title), ...ends));
  }

  sort(k) {
    this.down = this.sorted === k ? !this.down : this.data.columns[k].kind === "number";
    this.sorted = k;
    this.changed();
  }

  changed() {
    this.remember();
    this.draw();
  }

  order() {
    const matches = matcher(this.query.value);
    const tests = Object.values(this.filters).map((f) => f.test);
    const pages = this.data.pages;
    const has = (row) => !this.certified || !this.certified.checked || pages.certificates[shownKey(row[this.places[pages.key]])] !== undefined;
    const found = this.data.rows.map((row, i) => i).filter((i) => matches(this.texts[i]) && has(this.data.rows[i]) && tests.every((t) => t(this.data.rows[i])));
    if (this.sorted !== null) {
      const k = this.sorted, is = this.data.columns[k].kind === "number", sign = this.down ? -1 : 1;
      const value = (i) => this.data.rows[i][k];
      found.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === null || y === null) return (x === null) - (y === null) || a - b; // what is missing stands last
        return sign * (is ? x - y : shown(x).localeCompare(shown(y), "en", { numeric: true })) || a - b;
      });
    }
    return found;
  }

  draw() {
    const found = this.order();
    [...this.head.children].forEach((th, j) => th.setAttribute("aria-sort", this.columns()[j] !== this.sorted ? "none" : this.down ? "descending" : "ascending"));
    this.body.replaceChildren(...found.slice(0, this.limit).map((i) => this.line(i)));
    const all = this.data.rows.length;
    this.count.textContent = found.length === all ? `${all} ${this.data.noun}` : `${found.length} of ${all} ${this.data.noun}`;
    this.more.hidden = found.length <= this.limit;
    this.more.textContent = `Show all ${found.length}`;
    this.found = found;
  }

  line(i) {
    const row = this.data.rows[i];
    const href = this.data.links ? this.data.links[i] : this.data.pages ? this.address(i) : null;
    return make("tr", {}, ...this.columns().map((k, j) => {
      const kind = this.data.columns[k].kind;
      const inner = kind === "verdict" ? badge(shown(row[k]) || "failed") : this.said(row, k);
      const cell = make("td", { class: kind, "data-title": this.data.columns[k].title }, j === 0 && href ? make("a", { href }, inner) : inner);
      if (j === 0 && this.data.pages && this.data.pages.certificates[shownKey(row[k])] !== undefined) cell.append(make("span", { class: "seal", title: "with certificate" }, "✓"));
      return cell;
    }));
  }

  // A value with what it counts, where a column says that.
  said(row, k) {
    const unit = this.data.columns[k].unit, text = shown(row[k]);
    return text && unit ? (text + " " + shown(row[this.places[unit]])).trim() : text;
  }

  address(i) {
    return "#row=" + encodeURIComponent(shownKey(this.data.rows[i][this.places[this.data.pages.key]]));
  }

  // The state of a listing, or the row that is shown, stands in the address, so that it can be sent to somebody.
  remember() {
    const state = new URLSearchParams();
    if (this.query.value) state.set("q", this.query.value);
    for (const [name, f] of Object.entries(this.filters)) {
      if (f.box && f.box.value) state.set(name, f.box.value);
      if (f.ends && f.ends.some((e) => e.value !== "")) state.set(name, f.ends.map((e) => e.value).join(".."));
    }
    if (this.certified && this.certified.checked) state.set("certified", "yes");
    if (this.sorted !== null) state.set("sort", (this.down ? "-" : "") + this.data.columns[this.sorted].name);
    this.last = "#" + state.toString();
    history.replaceState(null, "", this.last);
  }

  restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    if (this.data.pages && state.has("row")) {
      const key = state.get("row");
      const i = this.data.rows.findIndex((row) => shownKey(row[this.places[this.data.pages.key]]) === key);
      this.showRow(i);
      return;
    }
    this.query.value = state.get("q") || "";
    for (const [name, f] of Object.entries(this.filters)) {
      const value = state.get(name) || "";
      if (f.box) f.box.value = value;
      if (f.ends) value.split("..").forEach((v, j) => { if (f.ends[j]) f.ends[j].value = v; });
    }
    if (this.certified) this.certified.checked = state.has("certified");
    const sort = state.get("sort") || "";
    const k = this.places[sort.replace(/^-/, "")];
    this.sorted = k === undefined ? null : k;
    this.down = sort.startsWith("-");
    this.toggle(false);
    this.draw();
  }

  toggle(isRow) {
    this.list.hidden = isRow;
    this.page.hidden = !isRow;
    document.body.classList.toggle("one-row", isRow);
  }

  showRow(i) {
    if (!this.found) this.draw();
    const changed = this.page.hidden;
    this.toggle(true);
    this.page.replaceChildren(...(i < 0 ? [make("p", {}, "There is no such row.")] : this.rowPage(i)));
    if (changed) window.scrollTo(0, 0);
  }

  rowPage(i) {
    const { columns, pages } = this.data;
    const row = this.data.rows[i], key = shownKey(row[this.places[pages.key]]);
    const value = (name) => (this.places[name] === undefined ? null : row[this.places[name]]);
    const place = this.found.indexOf(i);
    const to = (k, text) => (this.found[k] === undefined ? make("span", { class: "quiet" }, text) : make("a", { href: this.address(this.found[k]) }, text));
    const isVerdict = columns.find((c) => c.kind === "verdict");
    const verdict = isVerdict ? shown(value(isVerdict.name)) || "failed" : "";
    const parts = pages.command.map((part) => (/^\{\w+\}$/.test(part) ? quoted(shownKey(value(part.slice(1, -1)))) : part));
    const figures = [levelsFigure(pages.colours, value("energies"), value("indices")), indexFigure(pages.colours, value("by_index"))].filter(Boolean);
    const file = pages.certificates[key];
    const facts = columns.filter((c) => !["energies", "indices", "evidence", "unit"].includes(c.name) && c.kind !== "verdict" && shown(value(c.name)) !== "");
    return [
      make("p", { class: "steps" }, to(place - 1, "← previous"), make("a", { href: this.last || "#" }, "all " + this.data.noun), to(place + 1, "next →")),
      make("h1", { class: "label" }, (pages.title + " " + key).trim()),
      make("p", {}, badge(verdict), " ", pages.reasons[pages.reason[i]] || ""),
      make("div", { class: "figures" }, ...figures),
      value("by_index") && !value("energies") ? make("p", { class: "note" }, "The table lists the lowest energy of this row alone. " + (file === undefined ? "The command below counts the others again (with --points)." : "Its certificate gives all, proved again (stationary show --points FILE), and so does a site that is made with stationary site --prove.")) : null,
      make("h2", {}, "Certificate"),
      ...(file === undefined
        ? [make("p", { class: "note" }, "This row carries no certificate here; the command below makes one with --save FILE.")]
        : [make("p", { class: "action" }, make("a", { class: "button", href: file, download: "" }, "Download the certificate"), make("span", {}, "every solution to a few digits; interval arithmetic proves the row again, without a solver")), command("stationary verify " + quoted(decodeURIComponent(file.split("/").pop())))]),
      make("h2", {}, "Make it again"),
      command(parts.join(" ")),
      make("h2", {}, "Values"),
      make("dl", { class: "facts" }, ...facts.flatMap((c) => [make("dt", { title: c.hint || null }, c.title), make("dd", {}, this.said(row, this.places[c.name]))])),
      value("energies") && make("details", {}, make("summary", {}, `All ${value("energies").length} points`), pointsTable(value("energies"), value("indices"))),
    ].filter(Boolean);
  }
}

function shownKey(value) {
  return value === null || value === undefined ? "" : String(value);
}

function badge(verdict) {
  const known = ["proved", "supported", "unknown", "contradicted", "numerical", "open", "failed", "agrees", "disagrees"];
  return make("span", { class: "verdict " + (known.includes(verdict) ? verdict : "none") }, verdict);
}

function pointsTable(energies, indices) {
  const rows = energies.map((e, k) => make("tr", {}, make("td", { class: "number" }, String(k + 1)), make("td", { class: "number" }, shown(indices[k])), make("td", { class: "number" }, decimal(e))));
  return make("div", { class: "wide" }, make("table", {}, make("thead", {}, make("tr", {}, ...["point", "index", "energy"].map((h) => make("th", { scope: "col" }, h)))), make("tbody", {}, ...rows)));
}

// Round numbers between two ends.
function ticks(low, high, n) {
  const raw = (high - low || 1) / n, power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((f) => f * power >= raw) || 10);
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high + 1e-9 * step; k += 1) found.push(+(k * step).toPrecision(12));
  return found;
}

function levels(colours, energies, indices) {
  const [width, height, left, right, top, bottom] = [460, 300, 52, 10, 12, 38];
  const least = Math.min(...energies), most = Math.max(...energies), margin = (most - least || 1) * 0.06;
  const [low, high] = [least - margin, most + margin];
  const y = (e) => top + ((high - e) / (high - low)) * (height - top - bottom);
  const slot = (width - left - right) / colours.length;
  const root = shape("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": "energy against Morse index" });
  for (const t of ticks(low, high, 6)) {
    root.append(shape("line", { x1: left, x2: width - right, y1: y(t), y2: y(t), class: "grid" }), shape("text", { x: left - 5, y: y(t) + 3.5, "text-anchor": "end" }, decimal(t)));
  }
  const every = Math.ceil(colours.length / 14);
  colours.forEach((_, k) => { if (k % every === 0) root.append(shape("text", { x: left + slot * (k + 0.5), y: height - bottom + 14, "text-anchor": "middle" }, String(k))); });
  const together = new Map(); // points that symmetry gives one energy lie on one line
  energies.forEach((e, k) => {
    const name = indices[k] + " " + e.toPrecision(9);
    together.set(name, [...(together.get(name) || []), k]);
  });
  for (const points of together.values()) {
    const e = energies[points[0]], index = indices[points[0]], x = left + slot * (index + 0.5), half = slot * 0.34;
    const which = points.length === 1 ? `point ${points[0] + 1}` : `${points.length} points`;
    const bar = { x1: x - half, x2: x + half, y1: y(e), y2: y(e) };
    root.append(shape("line", { ...bar, class: "level", style: `stroke:${colours[index] || "currentColor"}` }));
    root.append(shape("line", { ...bar, class: "touch", "data-tip": `${which}: energy ${decimal(e)}, index ${index}` }));
    if (points.length > 1 && slot > 30) root.append(shape("text", { x: x + half, y: y(e) - 3, "text-anchor": "end", class: "many" }, "×" + points.length));
  }
  root.append(shape("line", { x1: left, x2: width - right, y1: height - bottom, y2: height - bottom, class: "axis" }));
  root.append(shape("text", { x: (left + width) / 2, y: height - 4, "text-anchor": "middle" }, "Morse index"));
  const middle = (height - bottom) / 2;
  root.append(shape("text", { x: 10, y: middle, "text-anchor": "middle", transform: `rotate(-90 10 ${middle})` }, "energy"));
  return root;
}

function levelsFigure(colours, energies, indices) {
  if (!energies || !energies.length || !indices) return null;
  const known = energies.map((e, k) => [e, indices[k]]).filter(([e, k]) => e !== null && k !== null);
  if (!known.length) return null;
  return make("figure", {}, levels(colours, known.map(([e]) => e), known.map(([, k]) => k)), make("figcaption", {}, "Energy and Morse index of every point; touch one for its numbers."));
}

function indexFigure(colours, counts) {
  if (!counts || !counts.length) return null;
  const [width, height, left, bottom, top] = [460, 300, 20, 38, 24];
  const most = Math.max(1, ...counts), slot = (width - 2 * left) / counts.length;
  const root = shape("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": "points of each Morse index" });
  counts.forEach((n, k) => {
    const size = ((height - top - bottom) * n) / most, x = left + slot * k;
    root.append(shape("rect", { x: x + slot * 0.14, width: slot * 0.72, y: height - bottom - size, height: size, style: `fill:${colours[k] || "currentColor"}`, "data-tip": `index ${k}: ${n} points` }));
    root.append(shape("text", { x: x + slot / 2, y: height - bottom - size - 5, "text-anchor": "middle", class: "strong" }, String(n)));
    root.append(shape("text", { x: x + slot / 2, y: height - bottom + 14, "text-anchor": "middle" }, String(k)));
  });
  root.append(shape("line", { x1: left, x2: width - left, y1: height - bottom, y2: height - bottom, class: "axis" }));
  root.append(shape("text", { x: width / 2, y: height - 4, "text-anchor": "middle" }, "Morse index"));
  return make("figure", {}, root, make("figcaption", {}, "Number of points of each Morse index."));
}

function tips() {
  const tip = make("div", { class: "tip", role: "status", hidden: true });
  document.body.append(tip);
  const show = (event) => {
    const mark = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
    tip.hidden = !mark;
    if (!mark) return;
    tip.textContent = mark.getAttribute("data-tip");
    const width = tip.offsetWidth, x = Math.min(event.clientX + 12, document.documentElement.clientWidth - width - 8);
    tip.style.left = Math.max(8, x) + "px";
    tip.style.top = Math.max(8, event.clientY - tip.offsetHeight - 12) + "px";
  };
  document.addEventListener("pointermove", show);
  document.addEventListener("pointerdown", show);
}

function start() {
  const read = (host) => JSON.parse(document.getElementById(host.dataset.from).textContent);
  for (const host of document.querySelectorAll(".listing")) new Listing(host, read(host));
  for (const host of document.querySelectorAll(".levels")) {
    const data = read(host);
    host.append(...[levelsFigure(data.colours, data.energies, data.indices), indexFigure(data.colours, data.by_index)].filter(Boolean));
  }
  for (const block of document.querySelectorAll("pre.command")) if (!block.querySelector("button")) block.replaceWith(command(block.textContent));
  tips();
}

start();
