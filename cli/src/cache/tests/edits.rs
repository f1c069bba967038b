//! Random edits of all the projects that the compiler is tested with

use std::fs;
use std::path::Path;

use super::Scratch;
use crate::cache::Reuse;

/// How often each project is edited
const EDITS: usize = 3;

/// How many projects are edited at a time
const AT_ONCE: usize = 4;

#[test]
fn random_edits_give_what_compiling_anew_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler/tests/vectors");
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("project"))
        .filter(|project| project.is_dir())
        .collect();
    names.sort();
    let share = names.len().div_ceil(AT_ONCE);
    let reuses: Vec<Vec<Reuse>> = std::thread::scope(|scope| {
        let work: Vec<_> = names
            .chunks(share)
            .map(|names| scope.spawn(move || names.iter().flat_map(|name| edited(name)).collect()))
            .collect();
        work.into_iter().map(|work| work.join().unwrap()).collect()
    });
    let count = |wanted: Reuse| {
        let all = reuses.iter().flatten();
        all.filter(|reuse| **reuse == wanted).count()
    };
    let (all, part, none) = (count(Reuse::All), count(Reuse::Part), count(Reuse::None));
    println!("unchanged {all}, compiled in part {part}, whole {none}");
    assert!(all > names.len() / 2, "most are remembered: {all}");
    assert!(
        part > names.len() / 4,
        "many edits are compiled alone: {part}"
    );
}

/// How much of a project is compiled again when nothing has changed, and after each of some edits
fn edited(project: &Path) -> Vec<Reuse> {
    let scratch = Scratch::empty();
    copy(project, scratch.path());
    let what = project.display().to_string();
    scratch.check(&what);
    let mut reuses = vec![scratch.check(&what)];
    // the last but one part of the path is the project's name
    let name = project.parent().and_then(Path::file_name).unwrap();
    let mut random = Random(name.as_encoded_bytes().iter().copied().map(u64::from).sum());
    for number in 0..EDITS {
        let edit = edit(&scratch, &mut random, number);
        reuses.push(scratch.check(&format!("{what}: {edit}")));
    }
    reuses
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::write(target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

/// A generator by Knuth's constants
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    fn pick<'a>(&mut self, list: &'a [String]) -> &'a str {
        list.get(self.below(list.len()))
            .map_or("definitions/new.sqlx", String::as_str)
    }
}

fn files(folder: &Path, root: &Path, out: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with(".sqlx-run") {
            continue;
        }
        if path.is_dir() {
            files(&path, root, out);
        } else {
            out.push(
                path.strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned(),
            );
        }
    }
}

/// Changes the project in one way; says which
fn edit(scratch: &Scratch, random: &mut Random, number: usize) -> String {
    let mut all = Vec::new();
    files(scratch.path(), scratch.path(), &mut all);
    all.sort();
    let of = |end: &[&str]| -> Vec<String> {
        let wanted = |path: &&String| end.iter().any(|end| path.ends_with(end));
        all.iter().filter(wanted).cloned().collect()
    };
    let (sqlx, code) = (of(&[".sqlx"]), of(&[".js"]));
    let path = random
        .pick(if sqlx.is_empty() { &all } else { &sqlx })
        .to_owned();
    let text = if scratch.place(&path).is_file() {
        scratch.read(&path)
    } else {
        String::new()
    };
    let kind = random.below(17);
    match kind {
        // most edits are of a query
        0..=4 => scratch.write(&path, &format!("{text}\n-- {number}")),
        5 => scratch.write(
            &path,
            &text
                .replacen("select", "select  ", 1)
                .replacen("SELECT", "select", 1),
        ),
        6 => scratch.write(&path, &text.replacen("\"table\"", "\"view\"", 1)),
        7 => scratch.write(
            &path,
            &text.replacen("config {", "config { tags: [\"edited\"],", 1),
        ),
        8 => scratch.write(&path, &text.replace('\n', "\r\n")),
        9 => scratch.write(&path, &text),
        10 => scratch.write("definitions/added.sqlx", &format!("select {number}")),
        11 => scratch.write("includes/added.js", &format!("module.exports = {number};")),
        12 => {
            let path = random.pick(&all);
            fs::remove_file(scratch.place(path)).unwrap_or_default();
            return format!("{kind}: {path}");
        }
        13 => {
            let code = random.pick(&code);
            let text = if scratch.place(code).is_file() {
                scratch.read(code)
            } else {
                String::new()
            };
            scratch.write(code, &format!("{text}\n// {number}"));
            return format!("{kind}: {code}");
        }
        14 => scratch.write(
            "definitions/added.js",
            &format!("publish('added_{number}').query('select 1');"),
        ),
        15 => scratch.write(
            &path,
            &format!("js {{ const made = {number}; }}\n{text}\n-- ${{made}}"),
        ),
        _ => {
            let path = random.pick(&all);
            let text = scratch.read(path);
            scratch.write(path, &format!("{text}\n"));
            return format!("{kind}: {path}");
        }
    }
    format!("{kind}: {path}")
}
