const b = require("./order_b");
globalThis.order = (globalThis.order ?? "") + "c";
exports.b = b;
