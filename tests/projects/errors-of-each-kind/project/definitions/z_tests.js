test("no_dataset_found").dataset("nowhere").expect("x");
test("ambiguous_test").dataset("twice").expect("x");
test("same").dataset("ok_table").expect("x"); test("same").dataset("ok_table").expect("");
test("incremental_test").dataset("semi_i").expect("x");
test("unknown_key").config({ dataset: "ok_table", foo: 1 }).expect("x");
test("missing_input").dataset("on_dup").input("other", "x").expect("x");
