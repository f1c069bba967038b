var shared = 1; function helper() { return "a"; } let block = 2;
counter.list.push("a"); counter.map.set("a", counter.next());
publish("a1").query(`${order} ${helper()} ${counter.next()}`);
if (true) { return; }
publish("never");
