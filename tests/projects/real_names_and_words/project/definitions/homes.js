operate("no_schema").schema(undefined).database(undefined).queries("select 1");
publish("null_schema").schema(null).query("select 1");
assert("assertion_home").schema(undefined).database("elsewhere").query("select 1");
publish("dotted").schema("a.b").query("select 1");
declare({ schema: "raw", name: "with.dot" });
