publish("c", { type: "table" }).query(env.all());
publish("d").query((ctx) => `${ctx.self()} ${ctx.name()} ${ctx.schema()} ${ctx.database()} ${ctx.resolve("c")} ${env.config.schemaSuffix} ${env.config.assertionSchema}`);
operate("op", () => [dataform.projectConfig.defaultLocation, dataform.projectConfig.warehouse, String(dataform.projectConfig.disableAssertions)]);
assert("manual", { dependencies: ["a", "b"] }).query("SELECT 1");
