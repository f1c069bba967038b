const slug = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-");
function warn(table, label, sql) {
  const name = table.replaceAll("`", "").split(".")[2];
  assert(`${name}_${slug(label)}`).dependencies([name]).query(sql);
  return "";
}
module.exports = { warn };
