publish("no_tags").tags(undefined).query("select 1");
