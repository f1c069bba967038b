publish("columns_by_name").columns({ a: "A" }).query("select 1");
