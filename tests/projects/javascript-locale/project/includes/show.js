module.exports = (name, make) => {
  let text;
  try { const value = make(); text = typeof value === "string" ? value : JSON.stringify(value); } catch (error) { text = `${error.constructor.name}`; }
  publish(name).query(`SELECT ${text}`);
};
