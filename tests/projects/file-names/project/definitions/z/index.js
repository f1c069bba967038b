module.exports = { z: 1 };
