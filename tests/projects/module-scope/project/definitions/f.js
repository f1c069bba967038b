publish("f_before").query("1");
require("./e");
