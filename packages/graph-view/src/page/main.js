// Puts the page together: choosing, searching, filtering, keys.

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const { nodes, edges } = data;
const stage = byId("stage");
const panel = byId("panel");
const search = byId("search");

const needs = nodes.map(() => []);
const neededBy = nodes.map(() => []);
for (const { from, to } of edges) {
  needs[to].push(from);
  neededBy[from].push(to);
}

const drawnEdges = edges.map(({ to, points }) => {
  if (points.length < 2) return null;
  const check = nodes[to].type === "assertion" ? " check" : "";
  const path = svgElement("path", { class: `edge${check}`, d: edgePath(points) });
  byId("edges").append(path);
  return path;
});
const drawnNodes = nodes.map((node, index) => {
  const group = drawNode(node);
  group.addEventListener("click", () => view.wasDragged() || choose(index));
  byId("nodes").append(group);
  squeeze(group, node.width - 57);
  return group;
});
const view = viewport(stage, byId("view"), data);

let chosen = null;
const pressed = { types: new Set(), tags: new Set() };

// All that can be reached from a node along `next`, with itself.
function reach(start, next) {
  const found = new Set([start]);
  for (const index of found) for (const other of next[index]) found.add(other);
  return found;
}

function matches(node) {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [node.id, node.type, node.file, ...node.tags].join(" ").toLowerCase();
  return (
    words.every((word) => text.includes(word)) &&
    (!pressed.types.size || pressed.types.has(node.type)) &&
    (!pressed.tags.size || node.tags.some((tag) => pressed.tags.has(tag)))
  );
}

function refresh() {
  const found = nodes.map(matches);
  const before = chosen === null ? null : reach(chosen, needs);
  const after = chosen === null ? null : reach(chosen, neededBy);
  const related = (index) => chosen === null || before.has(index) || after.has(index);
  drawnNodes.forEach((group, index) => {
    group.classList.toggle("dim", !found[index] || !related(index));
    group.classList.toggle("lit", chosen !== null && related(index) && found[index]);
    group.classList.toggle("chosen", chosen === index);
  });
  drawnEdges.forEach((path, index) => {
    if (!path) return;
    const { from, to } = edges[index];
    const lit = chosen !== null && ((before.has(from) && before.has(to)) || (after.has(from) && after.has(to)));
    path.classList.toggle("lit", lit);
    path.classList.toggle("dim", !found[from] || !found[to] || (chosen !== null && !lit));
  });
  const count = found.filter(Boolean).length;
  byId("count").textContent =
    count === nodes.length ? `${grouped(count)} actions · ${grouped(edges.length)} dependencies` : `${grouped(count)} of ${grouped(nodes.length)} actions`;
}

function choose(index, focus) {
  const wasOpen = chosen !== null;
  const last = chosen;
  chosen = index;
  document.body.classList.toggle("selected", index !== null);
  if (index === null) {
    panel.hidden = true;
    if (wasOpen) drawnNodes[last].focus({ preventScroll: true });
    history.replaceState(null, "", location.pathname + location.search);
  } else {
    showPanel(panel, nodes[index], { nodes, needs: needs[index], neededBy: neededBy[index] }, choose);
    if (focus) drawnNodes[index].focus({ preventScroll: true });
    view.reveal(nodes[index]);
    history.replaceState(null, "", `#${encodeURIComponent(nodes[index].id)}`);
  }
  refresh();
}

function chips(container, values, set) {
  for (const [value, count, type] of values) {
    const chip = element("button", { class: `chip ${type || ""}`, type: "button", "aria-pressed": "false" });
    chip.append(...(type ? [element("i", {})] : ["#"]), value, element("b", {}, String(count)));
    chip.addEventListener("click", () => {
      if (!set.delete(value)) set.add(value);
      chip.setAttribute("aria-pressed", String(set.has(value)));
      refresh();
    });
    container.append(chip);
  }
}

function counted(lists) {
  const counts = new Map();
  for (const list of lists) for (const value of new Set(list)) counts.set(value, (counts.get(value) || 0) + 1);
  return [...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1));
}

chips(byId("types"), counted(nodes.map((node) => [node.type])).map(([type, count]) => [type, count, className(type)]), pressed.types);
chips(byId("tags"), counted(nodes.map((node) => node.tags)).slice(0, 40), pressed.tags);

// The nearest node in the direction of an arrow key: along an edge sideways, else the one above or below.
function neighbour(index, key) {
  const here = nodes[index];
  const candidates = { ArrowLeft: needs[index], ArrowRight: neededBy[index] }[key] || nodes.keys();
  const down = key === "ArrowDown" ? 1 : -1;
  let best = null;
  let least = Infinity;
  for (const other of candidates) {
    const there = nodes[other];
    const along = (there.y - here.y) * down;
    const vertical = key === "ArrowUp" || key === "ArrowDown";
    if (other === index || (vertical && along <= 0)) continue;
    const distance = vertical ? along + 4 * Math.abs(there.x - here.x) : Math.abs(there.y - here.y);
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target === search;
  if (event.key === "Escape") {
    if (typing && search.value) search.value = "";
    else if (typing) search.blur();
    else choose(null);
    refresh();
    return;
  }
  if (typing) {
    const found = event.key === "Enter" ? nodes.findIndex(matches) : -1;
    if (found >= 0) choose(found, true);
    return;
  }
  const focused = drawnNodes.indexOf(document.activeElement);
  if (event.key === "/") search.focus();
  else if (event.key === "+" || event.key === "=") view.zoom(1.25);
  else if (event.key === "-") view.zoom(0.8);
  else if (event.key === "0") view.fit();
  else if (focused >= 0 && (event.key === "Enter" || event.key === " ")) choose(focused);
  else if (focused >= 0 && event.key.startsWith("Arrow")) {
    const next = neighbour(focused, event.key);
    if (next !== null) {
      drawnNodes[next].focus({ preventScroll: true });
      view.reveal(nodes[next]);
      if (chosen !== null) choose(next);
    }
  } else return;
  event.preventDefault();
});

stage.addEventListener("click", (event) => {
  if (!view.wasDragged() && !event.target.closest(".node, button")) choose(null);
});
byId("zoom").addEventListener("click", (event) => {
  const kind = event.target.dataset.zoom;
  if (kind === "fit") view.fit();
  else if (kind) view.zoom(kind === "in" ? 1.25 : 0.8);
});
search.addEventListener("input", refresh);

const root = document.documentElement;
root.dataset.theme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
byId("theme").addEventListener("click", () => {
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
});

refresh();
view.fit();
window.addEventListener("resize", () => chosen === null && view.fit());
let asked = "";
try {
  asked = decodeURIComponent(location.hash.slice(1));
} catch {
  // a fragment that is no name chooses nothing
}
const start = nodes.findIndex((node) => node.id === asked || node.id.endsWith(`.${asked}`));
if (asked && start >= 0) choose(start);
