publish("two").query("select 1");
dataform.actions.filter((action) => action.proto.type === "view").forEach((action) => action.proto.tags.push("view"));
