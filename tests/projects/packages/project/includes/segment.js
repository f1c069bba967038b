const segment = require("segment-like");
module.exports = { make: (...args) => segment(...args), title: require("segment-like/node_modules/tiny-helper").title };
