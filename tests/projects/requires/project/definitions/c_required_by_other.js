publish("once").query("SELECT 'once'");
exports.name = "once";
