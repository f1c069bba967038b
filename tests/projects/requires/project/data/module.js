module.exports = class Thing { constructor(name) { this.name = name; } toString() { return `Thing(${this.name})`; } };
