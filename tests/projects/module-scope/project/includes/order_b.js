globalThis.order = (globalThis.order ?? "") + "b";
module.exports = { usesApiLater: (name) => publish(name).query("SELECT 'later'") };
