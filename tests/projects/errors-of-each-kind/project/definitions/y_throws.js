publish("before_throw").query("SELECT 1");
throw new TypeError("definitions throw");
