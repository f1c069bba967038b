const { name } = require("./c_required_by_other");
publish("uses").query((ctx) => `SELECT * FROM ${ctx.ref(name)}`);
