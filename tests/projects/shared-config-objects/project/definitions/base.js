declare(shared.target);
publish("base"); publish("base2");
publish("after").query((ctx) => `${ctx.ref(shared.target)} ${JSON.stringify(shared.target)}`);
