exports.value = "one before";
const two = require("./two");
exports.value = `one after, two was ${two.value}`;
