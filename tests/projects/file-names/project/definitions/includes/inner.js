publish("inner").query("SELECT 1");
