let count = 0;
module.exports = { next: () => ++count, peek: () => count, list: [], map: new Map() };
