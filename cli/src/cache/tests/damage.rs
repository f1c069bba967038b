//! What can befall the folder of the cache, and the other ways in which an entry is none

use std::fs;

use sqlx_compiler::{CompileOptions, ConfigOverride};

use super::{Scratch, compile_with};
use crate::cache::{Caching, Reuse, Wanted};

fn project() -> Scratch {
    Scratch::project(&[
        (
            "definitions/a.sqlx",
            "config { type: \"table\" }\nselect 1 as x",
        ),
        (
            "definitions/b.sqlx",
            "config { type: \"view\" }\nselect * from ${ref(\"a\")}",
        ),
    ])
}

fn stored(scratch: &Scratch) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = fs::read_dir(scratch.place(".sqlx-run/cache"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension != "gitignore")
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_second_compilation_is_remembered() {
    let scratch = project();
    assert_eq!(scratch.check("the first"), Reuse::None);
    assert_eq!(scratch.check("the second"), Reuse::All);
    assert_eq!(scratch.read(".sqlx-run/cache/.gitignore"), "*\n");
    let kinds: Vec<_> = stored(&scratch)
        .iter()
        .filter_map(|path| Some(path.extension()?.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(kinds, ["entry", "json"], "nothing else stays");
}

#[test]
fn damaged_files_are_as_good_as_none() {
    let scratch = project();
    scratch.check("the first");
    for file in stored(&scratch) {
        let whole = fs::read(&file).unwrap();
        let half = whole[..whole.len() / 2].to_vec();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        let mut longer = whole.clone();
        longer.push(b' ');
        for damaged in [Vec::new(), half, flipped, longer, b"{}".to_vec()] {
            fs::write(&file, &damaged).unwrap();
            scratch.check("damaged");
            assert_eq!(scratch.check("mended"), Reuse::All);
        }
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        scratch.check("a folder in its place");
        fs::remove_dir_all(&file).unwrap();
        scratch.check("mended");
    }
}

#[test]
fn a_folder_that_cannot_be_made_does_not_matter() {
    let scratch = project();
    scratch.write(".sqlx-run", "a file");
    assert_eq!(scratch.check("the first"), Reuse::None);
    assert_eq!(scratch.check("the second"), Reuse::None);
}

#[test]
fn options_have_entries_of_their_own() {
    let scratch = Scratch::project(&[(
        "definitions/a.sqlx",
        "select '${dataform.projectConfig.vars.env}' as env",
    )]);
    let options = |env: &str| CompileOptions {
        overrides: ConfigOverride {
            vars: [("env".to_owned(), env.into())].into_iter().collect(),
            ..ConfigOverride::default()
        },
        ..CompileOptions::default()
    };
    let compile =
        |env: &str, caching| compile_with(scratch.path(), &options(env), Wanted::Json, caching);
    for env in ["dev", "prod", "dev", "prod"] {
        let (remembered, _) = compile(env, Caching::On);
        assert_eq!(remembered, compile(env, Caching::Off).0);
        assert!(remembered.text.contains(&format!("'{env}'")));
    }
    assert_eq!(compile("dev", Caching::On).1, Reuse::All);
    for env in 0..20 {
        compile(&env.to_string(), Caching::On);
    }
    assert_eq!(stored(&scratch).len(), 16, "only the newest eight are kept");
}

#[test]
fn a_project_that_moved_is_compiled_anew() {
    let scratch =
        Scratch::project(&[("definitions/a.sqlx", "select '${dataform.rootDir}' as root")]);
    scratch.check("the first");
    let other = Scratch::empty();
    let target = other.place("moved");
    fs::rename(scratch.path(), &target).unwrap();
    let options = CompileOptions::default();
    let compile = |caching| compile_with(&target, &options, Wanted::Json, caching);
    assert_eq!(compile(Caching::On).0, compile(Caching::Off).0);
}

#[test]
fn nothing_is_stored_without_the_cache() {
    let scratch = project();
    scratch.compile(Wanted::Json, Caching::Off);
    assert!(!scratch.place(".sqlx-run").exists());
}

#[test]
fn several_at_once_do_not_hinder_each_other() {
    let scratch = project();
    let (expected, _) = scratch.compile(Wanted::Json, Caching::Off);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(scratch.compile(Wanted::Json, Caching::On).0, expected);
                }
            });
        }
    });
}

#[cfg(unix)]
#[test]
fn links_that_lead_elsewhere_are_noticed() {
    use std::os::unix::fs::symlink;
    let outside = Scratch::empty();
    let code = "module.exports = { x: 1 };";
    let scratch = Scratch::project(&[
        ("node_modules/p/index.js", code),
        ("shared/a.sqlx", "select 1"),
        (
            "definitions/b.sqlx",
            "js { const p = require('p'); }\nselect ${p.x}",
        ),
    ]);
    symlink("../shared/a.sqlx", scratch.place("definitions/a.sqlx")).unwrap();
    scratch.check("the first");
    assert_eq!(scratch.check("the second"), Reuse::All);
    // the files are the same ones, but not the project's any more
    fs::rename(scratch.place("shared"), outside.place("shared")).unwrap();
    symlink(outside.place("shared"), scratch.place("shared")).unwrap();
    scratch.check("a file behind a link");
    fs::remove_file(scratch.place("definitions/a.sqlx")).unwrap();
    scratch.check("without it");
    assert_eq!(scratch.check("again"), Reuse::All);
    fs::rename(scratch.place("node_modules/p"), outside.place("p")).unwrap();
    symlink(outside.place("p"), scratch.place("node_modules/p")).unwrap();
    assert_eq!(scratch.check("a package behind a link"), Reuse::None);
}
