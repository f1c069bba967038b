module.exports = "dash";
