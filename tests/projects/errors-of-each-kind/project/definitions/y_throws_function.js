publish("throws_function").query(() => { throw new Error("in query\nsecond line"); });
publish("throws_text").query(() => { throw "text in query"; });
operate("throws_ops").queries(() => null.x);
assert("throws_assert").query(() => ok.custom());
test("throws_test").dataset("ok_table").expect(() => { throw new Error("in test"); });
