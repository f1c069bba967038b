publish("l").query(JSON.stringify(require("./k")) + (require("./k") === require("definitions/k.js")));
