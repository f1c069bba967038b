publish("after_dots").query("SELECT 1");
