publish("keys", { type: "table" }).query((ctx) => Object.keys(ctx).join());
publish("plain_call").query(function () { return `select '${this === undefined}'`; });
publish("taken_out").query((ctx) => { const { self } = ctx; return self(); });
