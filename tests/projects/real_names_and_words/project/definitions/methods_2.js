publish("short_assertions").assertions({ nonNull: ["a"] }).query("select 1");
