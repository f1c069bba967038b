exports.value = 1; module.exports.other = 2; exports = { lost: 1 };
