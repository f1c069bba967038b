const one = require("./one.js");
module.exports.value = `two, one was ${one.value}`;
