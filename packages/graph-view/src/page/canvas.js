// The drawing: nodes and edges as SVG, panning and zooming.

const SVG = "http://www.w3.org/2000/svg";
const GLYPHS = {
  declaration: "M3 5.5c0-3 12-3 12 0v7c0 3-12 3-12 0zM3 5.5c0 3 12 3 12 0",
  view: "M2 9s2.6-5 7-5 7 5 7 5-2.6 5-7 5-7-5-7-5zM9 7.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6",
  table: "M3 4h12v10H3zM3 7.4h12M7.5 7.4V14",
  incremental: "M3 4h12v4H3zM3 11h6v3H3zM13.5 10.5v4M11.5 12.5h4",
  operation: "M3.5 5l4 4-4 4M9.5 13.5h5",
  assertion: "M9 2.5l5.5 2v4.2c0 3.2-2.3 5.6-5.5 6.8-3.2-1.2-5.5-3.6-5.5-6.8V4.5zM6.5 9l1.9 1.9 3.3-3.6",
  notebook: "M4.5 3h9.5v12h-9.5zM3 6h3M3 9h3M3 12h3",
  "data preparation": "M3 4h12l-4.5 5.5V14l-3-1.5V9.5z",
  "property graph": "M5 5l8 3M5 5l2 8M13 8l-6 5M5 5h.01M13 8h.01M7 13h.01",
  model: "M9 2.5l6 3v7l-6 3-6-3v-7zM3 5.5l6 3 6-3M9 8.5v7",
  endpoint: "M3 9h6M9 9l4-4M9 9l4 4M3 9h.01M14 4h.01M14 14h.01",
  deployment: "M9 14V4M5 8l4-4 4 4M4 15h10",
  "batch prediction": "M3 4h12v4H3zM3 11h5M3 14h5M11 11l4 1.5-4 1.5z",
  monitor: "M2.5 9h3l2-5 3 10 2-5h3",
};
const SIGNS = {
  succeeded: "M-3.2 .2l2.2 2.3 4-4.6",
  failed: "M-2.7-2.7l5.4 5.4M2.7-2.7l-5.4 5.4",
  skipped: "M-3 0h6",
  disabled: "M-3 0h6",
  cancelled: "M-2.4-2.4h4.8v4.8h-4.8z",
};

const svgElement = (name, attributes, ...children) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

const className = (type) => type.replaceAll(" ", "-");
const grouped = (number) => number.toLocaleString("en-US");
const duration = (seconds) =>
  seconds < 0.995 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;

function secondLine(node) {
  const state = node.state;
  if (!state) return `${node.dataset.split(".").pop() || "no dataset"} · ${node.type}`;
  const facts = state.status === "succeeded" ? [] : [state.status];
  if (state.rows != null) facts.push(`${grouped(state.rows)} ${state.rows === 1 ? "row" : "rows"}`);
  if (state.seconds != null) facts.push(duration(state.seconds));
  return facts.join(" · ") || state.status;
}

// Fonts differ: text that is wider than its place is squeezed into it.
function squeeze(group, width) {
  for (const text of group.querySelectorAll("text")) {
    if (text.getComputedTextLength() <= width) continue;
    text.setAttribute("textLength", width);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
}

function drawNode(node) {
  const { width, height } = node;
  const classes = ["node", className(node.type)];
  if (node.disabled) classes.push("disabled");
  if (node.state) classes.push(node.state.status);
  const group = svgElement(
    "g",
    {
      class: classes.join(" "),
      transform: `translate(${node.x} ${node.y})`,
      tabindex: 0,
      role: "button",
      "aria-label": `${node.type} ${node.id}${node.state ? `, ${node.state.status}` : ""}`,
    },
    svgElement("title", {}, node.id),
    svgElement("rect", { class: "card", width, height, rx: 10 }),
    svgElement("rect", { class: "wash", x: 8, y: 9, width: 28, height: 28, rx: 7 }),
    svgElement("path", { class: "glyph", d: GLYPHS[node.type] || GLYPHS.table, transform: "translate(13 14)" }),
    svgElement("text", { class: "name", x: 45, y: 20 }, node.label),
    svgElement("text", { class: "under", x: 45, y: 35.5 }, secondLine(node))
  );
  if (node.state) {
    group.append(
      svgElement("circle", { class: "badge", cx: width - 2, cy: 2, r: 8 }),
      svgElement("path", { class: "sign", d: SIGNS[node.state.status] || SIGNS.skipped, transform: `translate(${width - 2} 2)` })
    );
  }
  return group;
}

// Straight through columns, in soft curves between them.
function edgePath(points) {
  const [first, ...rest] = points;
  let path = `M${first[0]} ${first[1]}`;
  let [x, y] = first;
  for (const [nextX, nextY] of rest) {
    if (Math.abs(nextY - y) < 0.5) path += `L${nextX} ${nextY}`;
    else {
      const bend = (nextX - x) * 0.5;
      path += `C${x + bend} ${y} ${nextX - bend} ${nextY} ${nextX} ${nextY}`;
    }
    [x, y] = [nextX, nextY];
  }
  return path;
}

// Pan and zoom of `view` within `stage`.
function viewport(stage, view, size) {
  let scale = 1;
  let left = 0;
  let top = 0;
  let whole = true; // all is shown, and the user has not moved it
  const apply = () => view.setAttribute("transform", `translate(${left} ${top}) scale(${scale})`);
  const zoomAt = (factor, x, y) => {
    const next = Math.min(3, Math.max(0.04, scale * factor));
    left = x - ((x - left) * next) / scale;
    top = y - ((y - top) * next) / scale;
    scale = next;
    whole = false;
    apply();
  };
  const zoom = (factor) => zoomAt(factor, stage.clientWidth / 2, stage.clientHeight / 2);
  const fit = () => {
    scale = Math.min(stage.clientWidth / size.width, stage.clientHeight / size.height, 1.25);
    scale = Math.max(scale, 0.04);
    whole = true;
    left = (stage.clientWidth - size.width * scale) / 2;
    top = (stage.clientHeight - size.height * scale) / 2;
    apply();
  };
  // Moves as little as needed to show a node, and makes it large enough to read.
  const reveal = (node) => {
    if (whole) fit();
    if (scale < 0.45) zoomAt(0.8 / scale, left + (node.x + node.width / 2) * scale, top + (node.y + node.height / 2) * scale);
    if (whole) return;
    const edge = 24;
    const shift = (from, to, room) => (from < edge ? edge - from : to > room - edge ? room - edge - to : 0);
    left += shift(left + node.x * scale, left + (node.x + node.width) * scale, stage.clientWidth);
    top += shift(top + node.y * scale, top + (node.y + node.height) * scale, stage.clientHeight);
    apply();
  };
  let held = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button")) return;
    held = { x: event.clientX - left, y: event.clientY - top, startX: event.clientX, startY: event.clientY, moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    held.moved ||= Math.hypot(event.clientX - held.startX, event.clientY - held.startY) > 4;
    if (!held.moved) return;
    stage.firstElementChild.classList.add("dragged");
    whole = false;
    left = event.clientX - held.x;
    top = event.clientY - held.y;
    apply();
  });
  let dragged = false;
  window.addEventListener("pointerup", () => {
    dragged = Boolean(held && held.moved);
    held = null;
    stage.firstElementChild.classList.remove("dragged");
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const box = stage.getBoundingClientRect();
      const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      zoomAt(Math.exp(-step * 0.0016), event.clientX - box.left, event.clientY - box.top);
    },
    { passive: false }
  );
  return { zoom, fit, reveal, wasDragged: () => dragged };
}
