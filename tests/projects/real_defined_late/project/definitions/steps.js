publish("defines", { type: "table" }).query((ctx) => {
  operate("late_step").queries((inner) => `select * from ${inner.ref("orders")}`);
  publish("late_table").query("select 1");
  declare({ schema: "raw", name: "late_source" });
  test("late_test").dataset("orders").expect("select 1");
  return "select 1";
});
assert("defines_too").query(() => {
  operate("too_late").queries("select 1");
  declare({ schema: "raw", name: "just_in_time" });
  return "select 1";
});
operate("refers").queries((ctx) => `select * from ${ctx.ref("late_step")}`);
