const deep = require("./nested/deep");
const same = require("includes/nested/deep/index.js");
const rooted = require("includes/nested/deep");
const { value } = require("./nested/one");
let count = 0;
module.exports = { deep, same: deep === same && deep === rooted, value, next: () => ++count };
