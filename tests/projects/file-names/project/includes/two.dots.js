module.exports = "two dots";
