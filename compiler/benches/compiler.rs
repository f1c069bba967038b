//! Where a compilation spends its time: `cargo bench -p sqlx-compiler`

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sqlx_compiler::{Compilation, CompileOptions, MemoryProject, compile, sqlx_tree, to_json};

#[path = "../../tests/src/generate.rs"]
#[expect(dead_code, reason = "other programs write the generated files")]
mod generate;

const ACTIONS: usize = 1_000;

fn memory(files: &generate::Files) -> MemoryProject {
    files
        .iter()
        .fold(MemoryProject::new(), |project, (path, text)| {
            project.with(path, text)
        })
}

fn compiled(project: &MemoryProject) -> Compilation {
    let compilation = compile(project, &CompileOptions::default());
    assert!(!compilation.has_errors(), "{:?}", compilation.diagnostics);
    compilation
}

/// The trees of all SQLX files of a generated project
fn lexer(criterion: &mut Criterion) {
    let files = generate::project(ACTIONS, 7);
    let texts: Vec<&String> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".sqlx"))
        .map(|(_, text)| text)
        .collect();
    let mut group = criterion.benchmark_group("lexer");
    group.throughput(Throughput::Bytes(
        texts.iter().map(|text| text.len() as u64).sum(),
    ));
    group.bench_function("generated project", |bencher| {
        bencher.iter(|| {
            texts
                .iter()
                .map(|text| sqlx_tree::parse(black_box(text)).len())
                .sum::<usize>()
        });
    });
    group.finish();
}

/// Projects that are JavaScript: one loop, many modules, and expressions in SQLX files
fn script_host(criterion: &mut Criterion) {
    let settings = "defaultProject: p\ndefaultDataset: d\ndefaultLocation: US\n";
    let base = || MemoryProject::new().with("workflow_settings.yaml", settings);
    let publish = "publish(name, { type: \"table\", tags: [name] }).query((ctx) => `select '${ctx.name()}' as x`)";
    let in_a_loop = base().with(
        "definitions/loop.js",
        format!("for (let at = 0; at < {ACTIONS}; at++) {{ const name = `t${{at}}`; {publish}; }}"),
    );
    let many = |body: &dyn Fn(usize) -> (String, String)| {
        (0..ACTIONS).fold(base(), |project, at| {
            let (path, text) = body(at);
            project.with(path, text)
        })
    };
    let modules = many(&|at| {
        let text = format!("const name = \"t{at}\"; {publish};\n");
        (format!("definitions/t{at}.js"), text)
    });
    let blocks = many(&|at| {
        let text = format!("js {{ const own = {at}; }}\nselect ${{own}} as x\n");
        (format!("definitions/t{at}.sqlx"), text)
    });
    let expressions = many(&|at| {
        let text = format!("config {{ tags: [\"a\" + {at}] }}\nselect ${{\"{at}\".length}} as x\n");
        (format!("definitions/t{at}.sqlx"), text)
    });
    let mut group = criterion.benchmark_group("script host");
    group.throughput(Throughput::Elements(ACTIONS as u64));
    for (name, project) in [
        ("empty project", base()),
        ("actions in a loop", in_a_loop),
        ("modules", modules),
        ("js blocks", blocks),
        ("expressions", expressions),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| compiled(black_box(&project)))
        });
    }
    group.finish();
}

/// Small files with 20 references each: names, dependencies and the search for cycles
fn resolution(criterion: &mut Criterion) {
    let settings = "defaultProject: p\ndefaultDataset: d\ndefaultLocation: US\n";
    let base = MemoryProject::new().with("workflow_settings.yaml", settings);
    let project = (0..ACTIONS).fold(base, |project, at| {
        let references: Vec<String> = (at.saturating_sub(20)..at)
            .map(|other| format!("${{ref(\"t{other}\")}}"))
            .collect();
        let text = format!(
            "config {{ type: \"table\" }}\nselect [{}]\n",
            references.join(", ")
        );
        project.with(format!("definitions/t{at}.sqlx"), text)
    });
    let mut group = criterion.benchmark_group("resolution");
    group.throughput(Throughput::Elements(20 * ACTIONS as u64));
    group.bench_function("20 references in each file", |bencher| {
        bencher.iter(|| compiled(black_box(&project)));
    });
    group.finish();
}

/// The graph's JSON, as `compile --json` prints it
fn json_writer(criterion: &mut Criterion) {
    let graph = compiled(&memory(&generate::project(ACTIONS, 7))).graph;
    let mut group = criterion.benchmark_group("JSON writer");
    group.throughput(Throughput::Bytes(to_json(&graph).len() as u64));
    group.bench_function("generated project", |bencher| {
        bencher.iter(|| to_json(black_box(&graph)));
    });
    group.finish();
}

/// All of it: a generated project, and one whose tables take their columns from a long include
fn whole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(20);
    for (name, files) in [
        ("generated project", generate::project(ACTIONS, 7)),
        ("documented tables", generate::documented(100, 1_700)),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || memory(&files),
                |project| compiled(&project),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, lexer, script_host, resolution, json_writer, whole);
criterion_main!(benches);
