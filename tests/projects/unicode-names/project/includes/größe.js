module.exports = { wert: "ß".toUpperCase() };
