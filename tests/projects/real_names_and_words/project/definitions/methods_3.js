publish("no_dependencies").dependencies(undefined).query("select 1");
