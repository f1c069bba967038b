publish("uses_index").query(JSON.stringify(require("./z")) + JSON.stringify(require("definitions/z")));
