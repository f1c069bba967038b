//! What project code may not do, and what it may not break: each attack compiles to its end, within the limits

use std::time::Duration;

use sqlx_compiler::{Compilation, CompileOptions, DiskProject, MemoryProject, compile};

const SETTINGS: &str = "defaultProject: p\ndefaultDataset: d\ndefaultLocation: EU\n";

fn options() -> CompileOptions {
    CompileOptions {
        time_limit: Duration::from_secs(60),
        memory_limit: 24 << 20,
        ..CompileOptions::default()
    }
}

/// What came out: the SQL of each table, and the findings
fn outcome(compilation: &Compilation) -> String {
    let crash = compilation.thrown.as_ref();
    assert!(
        crash.is_none_or(|thrown| !thrown.message.contains("unexpectedly")),
        "{crash:?}"
    );
    assert_eq!(
        compilation.has_errors(),
        !compilation.diagnostics.is_empty()
    );
    let mut lines = Vec::new();
    for table in compilation.graph.tables.iter().take(3) {
        let query = table.query.as_deref().unwrap_or_default();
        lines.push(format!("  {} = {}", table.target.name, shorten(query)));
    }
    for diagnostic in compilation.diagnostics.iter().take(4) {
        let code = diagnostic.code;
        lines.push(format!("  {code} {}", shorten(&diagnostic.to_string())));
    }
    lines.join("\n")
}

fn shorten(text: &str) -> String {
    let text = text.replace('\n', "⏎");
    if text.chars().count() > 160 {
        format!("{}…", text.chars().take(160).collect::<String>())
    } else {
        text
    }
}

/// Runs each piece of code as a definitions file
fn all(attacks: &[(&str, &str)]) -> String {
    all_with(attacks, &options())
}

fn all_with(attacks: &[(&str, &str)], options: &CompileOptions) -> String {
    let mut report = Vec::new();
    for (name, code) in attacks {
        let project = MemoryProject::new()
            .with("workflow_settings.yaml", SETTINGS)
            .with(
                "includes/secret.js",
                "module.exports = { word: \"include\" };\n",
            )
            .with("definitions/attack.js", *code);
        let compilation = compile(&project, options);
        report.push(format!("{name}\n{}", outcome(&compilation)));
    }
    report.join("\n")
}

#[test]
fn nothing_of_the_machine_is_there() {
    insta::assert_snapshot!(all(&[
        (
            "process.binding",
            "publish(\"t\", String(process.binding));"
        ),
        (
            "the process through a constructor",
            "const seen = publish.constructor.constructor(\"return typeof process.mainModule + typeof process.exit + Object.keys(process.env)\")();\npublish(\"t\", seen);",
        ),
        ("require fs", "require(\"fs\");"),
        ("require node:fs", "require(\"node:fs\");"),
        ("require child_process", "require(\"child_process\");"),
        ("require a parent", "require(\"../../outside.js\");"),
        ("require a parent as text", "require(\"../../outside.md\");"),
        ("require an absolute path", "require(\"/etc/passwd\");"),
        (
            "require a hidden parent",
            "require(\"./x/../../../outside.js\");"
        ),
        (
            "require through node_modules",
            "require(\"x/../../../../etc/passwd\");"
        ),
        (
            "require with an object",
            "require({ toString() { return \"/etc/passwd\"; } });"
        ),
        (
            "resolve a parent",
            "publish(\"t\", require.resolve(\"../../outside.js\"));"
        ),
        ("getContents of a parent", "getContents(\"../../x.md\");"),
        (
            "getContents of an absolute path",
            "getContents(\"/etc/x.md\");"
        ),
        (
            "getContents of another file",
            "getContents(\"/etc/passwd\");"
        ),
        (
            "notebook of a parent",
            "notebook({ name: \"n\", filename: \"../../x.ipynb\" });"
        ),
        (
            "import",
            "import(\"fs\").then((fs) => publish(\"t\", String(fs)));\npublish(\"u\", \"select 1\");"
        ),
        (
            "std and os",
            "publish(\"t\", [typeof std, typeof os, typeof scriptArgs, typeof fetch, typeof XMLHttpRequest, typeof WebAssembly, typeof Deno, typeof navigator].join());"
        ),
        (
            "a module that writes",
            "publish(\"t\", Object.keys(module).join() + typeof require.main + typeof module.constructor._load);"
        ),
        (
            "functions of the host",
            "const taken = [];\nError.prepareStackTrace = (error, places) => { for (const place of places) taken.push(typeof place.getFunction()); return \"\"; };\ntry { getContents(\"none.md\"); } catch (error) { String(error.stack); }\npublish(\"t\", String([...new Set(taken)]));"
        ),
        (
            "Function.caller",
            "function f() { try { return String(f.caller); } catch (error) { return error.name; } }\npublish(\"t\", f());"
        ),
        (
            "waiting",
            "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);"
        ),
        ("an import of a package", "require(\"pkg\");"),
    ]));
}

#[test]
fn time_ends() {
    let options = CompileOptions {
        time_limit: Duration::from_millis(300),
        ..options()
    };
    let attacks = [
        ("a loop", "for (;;) {}"),
        (
            "a loop that catches",
            "for (;;) { try { for (;;) {} } catch (error) {} finally { continue; } }",
        ),
        (
            "a loop in a query",
            "publish(\"t\", { type: \"table\" }).query((ctx) => { for (;;) {} });",
        ),
        (
            "a loop in a getter of a config",
            "publish(\"t\", { get type() { for (;;) {} } });",
        ),
        (
            "a loop in toString",
            "require({ toString() { for (;;) {} } });",
        ),
        (
            "a loop in a proxy",
            "publish(\"t\", new Proxy({}, { ownKeys() { for (;;) {} } }));",
        ),
        (
            "a loop in a thrown object",
            "throw { get message() { for (;;) {} } };",
        ),
        (
            "a loop in toJSON",
            "console.log({ toJSON() { for (;;) {} } });",
        ),
        (
            "a regular expression",
            "/^(a+)+$/.test(\"a\".repeat(60) + \"b\");",
        ),
        (
            "a regular expression in replace",
            "\"x\".repeat(30000).replace(/(x+x+)+y/g, \"\");",
        ),
        (
            "a sort that never ends",
            "[3, 2, 1].sort(() => { for (;;) {} });",
        ),
    ];
    insta::assert_snapshot!(all_with(&attacks, &options));
}

#[test]
fn memory_ends() {
    insta::assert_snapshot!(all(&[
        (
            "promises",
            "const again = () => Promise.resolve().then(again);\nagain();\npublish(\"t\", \"select 1\");"
        ),
        (
            "timers",
            "setTimeout(() => { for (;;) {} }, 0);\nsetInterval(() => { for (;;) {} }, 0);\npublish(\"t\", \"select 1\");"
        ),
        (
            "await",
            "(async () => { for (;;) await null; })();\npublish(\"t\", \"select 1\");"
        ),
        ("recursion", "const f = () => f();\nf();"),
        (
            "recursion through JSON",
            "let deep = [];\nfor (let i = 0; i < 1e5; i++) deep = [deep];\nJSON.stringify(deep);"
        ),
        (
            "recursion of a config",
            "let deep = [];\nfor (let i = 0; i < 1e4; i++) deep = [deep];\npublish(\"t\", { tags: deep });"
        ),
        ("recursion of the parser", "eval(\"[\".repeat(1e6));"),
        (
            "recursion of a regular expression",
            "new RegExp(\"(\".repeat(1e5) + \")\".repeat(1e5));"
        ),
        (
            "a circle in a config",
            "const config = { type: \"table\" };\nconfig.columns = config;\npublish(\"t\", config);"
        ),
        (
            "a value of many parts",
            "let wide = [\"a\"];\nfor (let i = 0; i < 60; i++) wide = [wide, wide];\npublish(\"t\", { tags: wide });"
        ),
        (
            "a doubled text",
            "let text = \"x\";\nfor (;;) text += text;"
        ),
        ("a repeated text", "\"x\".repeat(2 ** 30);"),
        (
            "a long list",
            "const list = [];\nfor (;;) list.push(list.length);"
        ),
        (
            "the length of a list",
            "const list = [];\nlist.length = 2 ** 32 - 1;\npublish(\"t\", { tags: list });"
        ),
        ("a filled list", "new Array(2 ** 31).fill(0);"),
        ("a buffer", "new ArrayBuffer(2 ** 40);"),
        ("a Buffer", "Buffer.alloc(2 ** 32);"),
        ("a joined list", "new Array(2 ** 28).join(\"abcdefgh\");"),
        ("a padded text", "\"x\".padEnd(2 ** 29).split(\"\");"),
        (
            "a shared text in many actions",
            "const text = \"x\".repeat(1 << 20);\nfor (let i = 0; ; i++) publish(`t${i}`, text);"
        ),
        (
            "a shared text in many placeholders",
            "const text = \"x\".repeat(1 << 20);\nfor (let i = 0; i < 1000; i++) publish(`t${i}`).query(() => text);"
        ),
        ("many actions", "for (let i = 0; ; i++) publish(`t${i}`);"),
        (
            "many dependencies",
            "publish(\"t\").query((ctx) => { for (;;) ctx.ref(\"t\"); });"
        ),
        (
            "many lines on the console",
            "for (;;) console.log(\"x\".repeat(1000));"
        ),
        (
            "many errors",
            "publish(\"t\").query((ctx) => { for (;;) try { ctx.ref(\"nothing\"); } catch (error) {} });"
        ),
        (
            "many files",
            "for (let i = 0; ; i++) try { require(`./nothing${i}`); } catch (error) {}"
        ),
        (
            "much data for later",
            "for (let i = 0; ; i++) jitData(`k${i}`, \"x\".repeat(1000));"
        ),
        (
            "many symbols and closures",
            "const keep = [];\nfor (;;) keep.push(() => keep, Symbol(\"x\"), new Map([[{}, {}]]));"
        ),
    ]));
}

#[test]
fn odd_values_are_errors() {
    insta::assert_snapshot!(all(&[
        ("throw null", "throw null;"),
        ("throw undefined", "throw undefined;"),
        ("throw a number", "throw 7;"),
        ("throw a text", "throw \"no\";"),
        ("throw a symbol", "throw Symbol(\"no\");"),
        ("throw a big integer", "throw 10n;"),
        ("throw a function", "throw () => 1;"),
        ("throw a list", "throw [1, [2]];"),
        (
            "throw an object that throws",
            "throw { get message() { throw new Error(\"inner\"); }, toString() { throw 1; } };"
        ),
        (
            "throw a proxy",
            "throw new Proxy({}, { get() { throw new Error(\"inner\"); } });"
        ),
        (
            "throw a revoked proxy",
            "const { proxy, revoke } = Proxy.revocable({}, {});\nrevoke();\nthrow proxy;"
        ),
        (
            "throw an error with odd fields",
            "const error = new Error(\"no\");\nerror.message = { toString() { throw 1; } };\nerror.name = null;\nerror.stack = 5;\nthrow error;"
        ),
        (
            "throw an error that fakes its place",
            "const error = new Error(\"no\");\nerror.stack = \"    at x (definitions/attack.js:99999999999:99999999999)\\n    at y (/etc/passwd:1:1)\\n    at z (definitions/attack.js:1:18446744073709551615)\";\nthrow error;"
        ),
        (
            "throw an error without a prototype",
            "throw Object.setPrototypeOf(new Error(\"no\"), null);"
        ),
        (
            "a symbol as a name",
            "publish(Symbol(\"t\"), \"select 1\");"
        ),
        ("a number as a name", "publish(5, \"select 1\");"),
        ("nothing as a name", "publish();"),
        (
            "a big integer in a config",
            "publish(\"t\", { type: \"table\", tags: [10n] });"
        ),
        (
            "half a character",
            "publish(\"t\", { description: \"\\ud800\" }).query(\"select '\\udfff'\");"
        ),
        ("a null character", "publish(\"t\\0u\", \"select '\\0'\");"),
        (
            "a query that is an object",
            "publish(\"t\").query(() => ({ a: 1 }));"
        ),
        (
            "a query that is a function",
            "publish(\"t\").query(() => () => \"select 1\");"
        ),
        (
            "a query that is a promise",
            "publish(\"t\").query(async () => \"select 1\");"
        ),
        (
            "an iterator that throws",
            "publish(\"t\", { type: \"table\", tags: new Proxy([\"a\"], { get(list, key) { if (key === \"0\") throw new Error(\"inner\"); return list[key]; } }) });"
        ),
        (
            "methods of another action",
            "const t = publish(\"t\", \"select 1\");\nconst o = operate(\"o\", \"select 1\");\nt.query.call(o, \"select 2\");\nt.query.call({}, \"select 2\");"
        ),
        (
            "an action after the end",
            "publish(\"t\").query(() => { publish(\"late\", \"select 1\"); return \"select 1\"; });"
        ),
        (
            "an exported getter",
            "Object.defineProperty(globalThis, \"x\", { get() { throw new Error(\"inner\"); } });\nx;"
        ),
    ]));
}

#[test]
fn changed_prototypes_do_not_mislead_the_host() {
    let attacks = [
        (
            "Array.prototype.x",
            "Array.prototype.x = () => { throw new Error(\"x\"); };",
        ),
        (
            "an index of Array.prototype",
            "Object.defineProperty(Array.prototype, \"0\", { set() { throw new Error(\"0\"); }, get() { return \"polluted\"; } });",
        ),
        (
            "Object.prototype.toJSON",
            "Object.prototype.toJSON = () => \"polluted\";",
        ),
        (
            "Object.prototype.type",
            "Object.prototype.type = \"incremental\";",
        ),
        (
            "Object.prototype.then",
            "Object.prototype.then = (f) => f();",
        ),
        (
            "a setter on Object.prototype",
            "Object.defineProperty(Object.prototype, \"name\", { set() { throw new Error(\"set\"); }, get() { return \"polluted\"; } });",
        ),
        (
            "JSON.stringify",
            "JSON.stringify = () => { throw new Error(\"stringify\"); };",
        ),
        ("JSON.parse", "JSON.parse = () => ({ polluted: true });"),
        (
            "Array.prototype.map",
            "Array.prototype.map = () => { throw new Error(\"map\"); };",
        ),
        ("Array.prototype.push", "Array.prototype.push = () => NaN;"),
        (
            "Array iterators",
            "Array.prototype[Symbol.iterator] = function* () { yield \"polluted\"; };",
        ),
        (
            "Map.prototype",
            "Map.prototype.get = () => ({ exports: \"polluted\" });\nMap.prototype.set = () => {};",
        ),
        (
            "Function.prototype.call",
            "Function.prototype.call = function () { return \"polluted\"; };\nFunction.prototype.apply = Function.prototype.call;",
        ),
        (
            "String.prototype",
            "String.prototype.slice = () => \"/etc/passwd\";\nString.prototype.lastIndexOf = () => 0;\nString.prototype.includes = () => true;",
        ),
        (
            "Object.assign",
            "Object.assign = () => { throw new Error(\"assign\"); };\nObject.hasOwn = () => true;\nObject.create = () => null;",
        ),
        (
            "Error",
            "Error = undefined;\nglobalThis.String = () => \"polluted\";",
        ),
        (
            "globals",
            "for (const name of Object.getOwnPropertyNames(globalThis)) { try { if (name !== \"publish\") delete globalThis[name]; } catch (error) {} }",
        ),
        (
            "frozen globals",
            "Object.freeze(globalThis);\nObject.freeze(Object.prototype);\nObject.freeze(Array.prototype);",
        ),
        (
            "replaced API",
            "publish = () => ({ query() {} });\ndataform.projectConfig = null;",
        ),
        (
            "deleted settings",
            "delete dataform.projectConfig.defaultSchema;\ndataform.projectConfig.vars = 5;",
        ),
    ];
    let mut report = Vec::new();
    for (name, code) in attacks {
        let project = MemoryProject::new()
            .with("workflow_settings.yaml", SETTINGS)
            .with("includes/helper.js", "module.exports = { one: () => \"1\" };\n")
            .with("definitions/a_attack.js", code)
            .with("definitions/b.js", "publish(\"b\", { type: \"table\", tags: [\"x\"] }).query((ctx) => `select * from ${ctx.ref(\"c\")}`);\n")
            .with("definitions/c.sqlx", "config { type: \"table\", tags: [\"x\"] }\nselect ${helper.one()}\n")
            .with("definitions/d.sqlx", "config { type: \"view\" }\njs { const two = 2; }\nselect ${two} from ${ref(\"c\")}\n");
        let compilation = compile(&project, &options());
        report.push(format!("{name}\n{}", outcome(&compilation)));
    }
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn files_of_actions_stay_in_the_project() {
    let entry = |kind: &str, file: &str| {
        format!("actions:\n  - {kind}:\n      name: t\n      filename: {file}\n")
    };
    let mut report = Vec::new();
    for (kind, file) in [
        ("table", "../../outside.sql"),
        ("operation", "/etc/passwd"),
        ("notebook", "../../outside.ipynb"),
        ("dataPreparation", "../../outside.dp.yaml"),
        ("table", "''"),
        ("view", "."),
    ] {
        let project = MemoryProject::new()
            .with("workflow_settings.yaml", SETTINGS)
            .with("definitions/actions.yaml", entry(kind, file));
        let compilation = compile(&project, &options());
        report.push(format!("{kind} {file}\n{}", outcome(&compilation)));
    }
    insta::assert_snapshot!(report.join("\n"));
}

#[cfg(unix)]
mod on_disk {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::*;

    /// A project and a folder beside it that it must not read
    fn scratch() -> std::io::Result<tempfile::TempDir> {
        let scratch = tempfile::tempdir()?;
        let root = scratch.path();
        for folder in ["project/definitions", "project/includes", "outside"] {
            fs::create_dir_all(root.join(folder))?;
        }
        fs::write(root.join("project/workflow_settings.yaml"), SETTINGS)?;
        for (file, text) in [
            (
                "secret.js",
                "module.exports = \"secret\";\npublish(\"secret\", \"select 1\");\n",
            ),
            ("secret.sqlx", "select 'secret'\n"),
            ("secret.md", "secret\n"),
            ("secret.ipynb", "{\"cells\": []}\n"),
            (
                "actions.yaml",
                "actions:\n  - declaration:\n      name: secret\n",
            ),
        ] {
            fs::write(root.join("outside").join(file), text)?;
        }
        Ok(scratch)
    }

    fn compiled(root: &Path) -> String {
        let compilation = compile(&DiskProject::new(root.join("project")), &options());
        let shown = outcome(&compilation);
        assert!(
            !compilation
                .graph
                .actions()
                .any(|action| action.target().name.contains("secret"))
        );
        shown.replace(&*root.to_string_lossy(), "<root>")
    }

    #[test]
    fn links_out_of_the_project_are_refused() {
        let mut report = Vec::new();
        for (link, target, code) in [
            ("definitions/link.js", "../../outside/secret.js", ""),
            ("definitions/link.sqlx", "../../outside/secret.sqlx", ""),
            ("includes/link.js", "../../outside/secret.js", ""),
            ("definitions/actions.yaml", "../../outside/actions.yaml", ""),
            ("definitions/folder", "../../outside", ""),
            (
                "definitions/folder",
                "../../outside",
                "publish(\"t\", require(\"./folder/secret.js\"));",
            ),
            (
                "definitions/folder",
                "../../outside",
                "publish(\"t\", getContents(\"folder/secret.md\"));",
            ),
            (
                "lib",
                "../outside",
                "publish(\"t\", require(\"../lib/secret.js\"));",
            ),
            (
                "lib",
                "../outside",
                "notebook({ filename: \"../lib/secret.ipynb\" });",
            ),
            (
                "node_modules",
                "../outside",
                "publish(\"t\", require(\"secret\"));",
            ),
            (
                "definitions/passwd.md",
                "/etc/passwd",
                "publish(\"t\", getContents(\"passwd.md\"));",
            ),
            (
                "definitions/none.js",
                "../nothing.js",
                "publish(\"t\", \"select 1\");",
            ),
            (
                "definitions/loop",
                "loop",
                "publish(\"t\", require(\"./loop\"));",
            ),
            (
                "definitions/up",
                "..",
                "publish(\"t\", require(\"./up/up/up/includes/good.js\"));",
            ),
            (
                "definitions/good.js",
                "../includes/good.js",
                "publish(\"t\", require(\"./good\"));",
            ),
            ("workflow_settings.yaml", "../outside/actions.yaml", ""),
        ] {
            let scratch = scratch().unwrap();
            let project = scratch.path().join("project");
            fs::write(
                project.join("includes/good.js"),
                "module.exports = \"good\";\n",
            )
            .unwrap();
            if link == "workflow_settings.yaml" {
                fs::remove_file(project.join(link)).unwrap();
            }
            symlink(target, project.join(link)).unwrap();
            if !code.is_empty() {
                fs::write(project.join("definitions/attack.js"), code).unwrap();
            }
            report.push(format!(
                "{link} -> {target}: {code}\n{}",
                compiled(scratch.path())
            ));
        }
        insta::assert_snapshot!(report.join("\n"));
    }

    #[test]
    fn files_that_are_none_do_not_hang() {
        let scratch = scratch().unwrap();
        let project = scratch.path().join("project");
        for pipe in [
            "definitions/pipe.sqlx",
            "definitions/pipe.js",
            "includes/pipe.js",
            "definitions/pipe.md",
        ] {
            let made = std::process::Command::new("mkfifo")
                .arg(project.join(pipe))
                .status();
            assert!(made.unwrap().success());
        }
        symlink("/dev/zero", project.join("definitions/zero.js")).unwrap();
        symlink("/proc/self/environ", project.join("definitions/environ.md")).unwrap();
        fs::create_dir(project.join("definitions/folder.sqlx")).unwrap();
        fs::write(
            project.join("definitions/bytes.sqlx"),
            b"select '\xff\xfe\x80'",
        )
        .unwrap();
        fs::write(
            project.join("definitions/x.js"),
            "const seen = [\"./pipe.js\", \"./zero.js\", \"./folder.sqlx\"].map((file) => { try { return require(file); } catch (error) { return error.message; } });\n\
             for (const file of [\"pipe.md\", \"environ.md\"]) try { seen.push(getContents(file)); } catch (error) { seen.push(error.message); }\n\
             publish(\"t\", seen.join(\"; \"));\n",
        )
        .unwrap();
        insta::assert_snapshot!(compiled(scratch.path()));
    }

    #[test]
    fn a_giant_file_is_refused() {
        let scratch = scratch().unwrap();
        let project = scratch.path().join("project");
        for file in ["definitions/giant.sqlx", "definitions/giant.md"] {
            fs::File::create(project.join(file))
                .unwrap()
                .set_len(1 << 34)
                .unwrap();
        }
        fs::write(
            project.join("definitions/x.js"),
            "publish(\"t\", getContents(\"giant.md\"));\n",
        )
        .unwrap();
        insta::assert_snapshot!(compiled(scratch.path()));
    }
}
