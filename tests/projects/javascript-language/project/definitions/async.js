const log = [];
const later = async () => { log.push("in"); await null; log.push("after"); return 1; };
later().then(() => log.push("then"));
Promise.resolve(1).then(() => publish("from_promise").query("SELECT 1"));
setTimeout(() => publish("from_timer").query("SELECT 1"), 0);

Promise.reject(new Error("unhandled")).catch(() => {});
publish("async_log").query(() => log.join());
publish("async_now").query(log.join());
publish("async_query").query(async () => "SELECT 1");
