// The side panel with everything about the chosen action.

const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

function showPanel(panel, node, around, choose) {
  const section = (title, ...content) => [element("h3", {}, title), ...content];
  const links = (indexes) => {
    const list = element("div", { class: "links" });
    for (const index of indexes) {
      const other = around.nodes[index];
      const link = element("button", { class: `link ${className(other.type)}`, type: "button", title: other.id }, element("i", {}), other.name);
      link.addEventListener("click", () => choose(index, true));
      list.append(link);
    }
    return list;
  };
  const close = element("button", { class: "close", type: "button", "aria-label": "Close", title: "Close (Esc)" }, "×");
  close.addEventListener("click", () => choose(null));
  const parts = [
    element("div", { class: `top ${className(node.type)}` }, element("span", { class: "kind" }, node.type), close),
    element("h2", {}, node.name),
    element("p", { class: "target" }, node.id),
    element("p", { class: "file" }, node.file),
  ];
  if (node.disabled) parts[0].insertBefore(element("span", { class: "kind" }, "disabled"), close);
  if (node.state) {
    const { status, rows, seconds } = node.state;
    const fate = element("div", { class: `fate ${status}` }, element("b", {}, status));
    if (rows != null) fate.append(element("span", {}, `${grouped(rows)} ${rows === 1 ? "row" : "rows"}`));
    if (seconds != null) fate.append(element("span", {}, duration(seconds)));
    parts.push(fate);
  }
  if (node.description) parts.push(element("p", { class: "about" }, node.description));
  if (node.tags.length) {
    parts.push(...section("Tags", element("div", { class: "chips" }, ...node.tags.map((tag) => element("span", { class: "chip" }, tag)))));
  }
  if (around.needs.length) parts.push(...section("Needs", links(around.needs)));
  if (around.neededBy.length) parts.push(...section("Needed by", links(around.neededBy)));
  for (const { title, text } of node.sql) {
    parts.push(...section(title, element("pre", { tabindex: 0 }, highlighted(dedented(text)))));
  }
  if (node.columns.length) {
    const list = element("dl", {});
    for (const { name, description } of node.columns) list.append(element("dt", {}, name), element("dd", {}, description));
    parts.push(...section("Columns", list));
  }
  panel.replaceChildren(...parts);
  panel.hidden = false;
  panel.scrollTop = 0;
}
