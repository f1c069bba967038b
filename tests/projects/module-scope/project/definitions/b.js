publish("b1").query([typeof shared, typeof helper, typeof block, counter.list.join(), [...counter.map], counter.peek()].join("|"));
publish("b_late").query(() => [counter.peek(), counter.list.join()].join("|"));
order_b.usesApiLater("later"); order_c.b.usesApiLater("later2");
dataform.projectConfig.defaultSchema = "changed";
publish("b2").query((ctx) => `${ctx.schema()} ${dataform.projectConfig.vars.fromInclude}`);
globalThis.leaked = "leak";
Array.prototype.last = function () { return this[this.length - 1]; };
String.prototype.shout = function () { return this.toUpperCase() + "!"; };
