test("js_test").dataset("other").expect("SELECT 1 AS a");
test("js_function").dataset({ project: "project", dataset: "dataset", name: "view" }).input("other", (ctx) => "SELECT 2").input({ schema: "raw", name: "source" }, ["SELECT 3"]).input(["other"], "SELECT 4").expect((ctx) => "SELECT 1");
