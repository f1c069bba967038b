const entries = [];
module.exports = (name, make) => {
  let text;
  try {
    const value = make();
    text = typeof value === "string" ? value : JSON.stringify(value, (key, item) => (typeof item === "bigint" ? `${item}n` : item === undefined ? "undefined" : item));
  } catch (error) {
    text = `${error?.constructor?.name}: ${error instanceof Error}`;
  }
  publish(name).query(`SELECT ${String(text)}`);
};
