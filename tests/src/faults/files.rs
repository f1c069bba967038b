//! No room on the disk, files that may not be written, files that are broken

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Fault;
use super::content::{Content, content, copy, difference};
use super::project::{self, FILES};
use super::situation::{Project, Situation, Verdict, diagnostics, failed, must_succeed};

const WAREHOUSE: &str = ".sqlx-run/warehouse.duckdb";

/// Disturbs files of a project on the embedded engine
///
/// # Errors
/// The program does not run, or undisturbed runs fail
pub fn disturb(program: &Path, note: &mut impl FnMut(Situation)) -> Result<(), Fault> {
    let scratch = tempfile::tempdir()?;
    let ground = Ground::new(program, scratch.path())?;
    for kilobytes in [64, 256, 640] {
        note(Situation {
            name: format!("a disk with {kilobytes} KB left"),
            verdict: ground.without_room(kilobytes)?,
        });
    }
    let read_only = "mount --bind .sqlx-run .sqlx-run && mount -o remount,bind,ro .sqlx-run";
    let one_file =
        format!("mount --bind {WAREHOUSE} {WAREHOUSE} && mount -o remount,bind,ro {WAREHOUSE}");
    for (name, mount) in [
        ("a read-only folder", read_only),
        ("a read-only warehouse file", &one_file),
    ] {
        note(Situation {
            name: name.to_owned(),
            verdict: ground.read_only(name, mount)?,
        });
    }
    for (name, damage) in [
        ("a record cut short", Damage::Cut),
        ("a record with a broken line", Damage::Line),
        ("a record that is no text", Damage::Bytes),
    ] {
        note(Situation {
            name: name.to_owned(),
            verdict: ground.broken_record(name, damage)?,
        });
    }
    note(Situation {
        name: "a warehouse file that is no database".to_owned(),
        verdict: ground.broken_warehouse()?,
    });
    Ok(())
}

#[derive(Clone, Copy)]
enum Damage {
    Cut,
    Line,
    Bytes,
}

/// Projects to begin with, and what undisturbed runs make of them
struct Ground<'a> {
    program: &'a Path,
    scratch: &'a Path,
    /// Nothing was run
    fresh: PathBuf,
    /// One run
    grown: PathBuf,
    /// What one run makes
    first: Content,
    /// What a second one makes of it
    second: Content,
}

impl<'a> Ground<'a> {
    fn new(program: &'a Path, scratch: &'a Path) -> Result<Self, Fault> {
        let fresh = scratch.join("fresh");
        project::write(&fresh, FILES)?;
        let grown = scratch.join("grown");
        copy(&fresh, &grown)?;
        let project = |folder: &Path| Project {
            program,
            folder: folder.to_owned(),
        };
        must_succeed(&project(&grown), &["run"])?;
        let twice = scratch.join("twice");
        copy(&grown, &twice)?;
        must_succeed(&project(&twice), &["run"])?;
        Ok(Self {
            program,
            scratch,
            first: content(&grown)?,
            second: content(&twice)?,
            fresh,
            grown,
        })
    }

    fn project(&self, from: &Path, name: &str) -> Result<Project<'a>, Fault> {
        let folder = self.scratch.join(name.replace(' ', "-"));
        copy(from, &folder)?;
        Ok(Project {
            program: self.program,
            folder,
        })
    }

    /// A run ends for want of room; what it had done is there, and with room again the rest follows
    fn without_room(&self, kilobytes: u32) -> Result<Verdict, Fault> {
        let project = self.project(&self.fresh, &format!("room-{kilobytes}"))?;
        let state = project.folder.join(".sqlx-run");
        let kept = self.scratch.join(format!("kept-{kilobytes}"));
        fs::create_dir_all(&state)?;
        fs::create_dir_all(&kept)?;
        let before = format!("mount -t tmpfs -o size={kilobytes}k none .sqlx-run");
        // the small disk goes with the name space
        let after = format!("cp -a .sqlx-run/. '{}'", kept.display());
        let Some(output) = project.run_mounted(&before, &["run"], &after)? else {
            return Ok(not_allowed());
        };
        if output.status.success() {
            return Ok(Verdict::Skipped(format!("{kilobytes} KB were enough")));
        }
        let told = diagnostics(&output);
        let Some(first) = told
            .iter()
            .find(|line| line.contains("space") || line.contains("full"))
        else {
            return Ok(Verdict::Wrong(format!(
                "no message names the disk: {}",
                failed(&["run"], &output)
            )));
        };
        fs::rename(&kept, &state)?;
        self.afterwards(&project, first, &self.first)
    }

    /// A run ends at once and changes nothing
    fn read_only(&self, name: &str, mount: &str) -> Result<Verdict, Fault> {
        let project = self.project(&self.grown, name)?;
        let Some(output) = project.run_mounted(mount, &["run"], "true")? else {
            return Ok(not_allowed());
        };
        if output.status.success() {
            return Ok(Verdict::Wrong("the run says that it succeeded".to_owned()));
        }
        let told = diagnostics(&output);
        let Some(first) = told.first() else {
            return Ok(Verdict::Wrong(failed(&["run"], &output)));
        };
        if let Some(difference) = difference(&self.first, &content(&project.folder)?) {
            return Ok(Verdict::Wrong(format!(
                "after the refused run {difference}"
            )));
        }
        must_succeed(&project, &["run"])?;
        Ok(compared(first, &self.second, &content(&project.folder)?))
    }

    /// A run that names the record says what is wrong with it; others go on without it
    fn broken_record(&self, name: &str, damage: Damage) -> Result<Verdict, Fault> {
        let project = self.project(&self.grown, name)?;
        let records = fs::read_dir(project.folder.join(".sqlx-run/runs"))?;
        let Some(record) = records.flatten().map(|entry| entry.path()).next() else {
            return Ok(Verdict::Wrong("the run left no record".to_owned()));
        };
        let mut bytes = fs::read(&record)?;
        let middle = bytes.len() / 2;
        match damage {
            Damage::Cut => bytes.truncate(middle),
            Damage::Line => bytes
                .splice(middle..middle + 20, *b"}}}}not json{{{{\"\"\"\"")
                .for_each(drop),
            Damage::Bytes => bytes = (0..=255).cycle().take(4000).collect(),
        }
        fs::write(&record, &bytes)?;
        let listed = project.run(&["runs", "list"])?;
        let resumed = project.run(&["run", "--resume"])?;
        let mut told = diagnostics(&listed);
        told.extend(diagnostics(&resumed));
        for (words, output) in [("runs list", &listed), ("run --resume", &resumed)] {
            if output.status.code().is_none_or(|code| code > 4) {
                return Ok(Verdict::Wrong(failed(&[words], output)));
            }
        }
        if matches!(damage, Damage::Line | Damage::Bytes) && told.is_empty() {
            return Ok(Verdict::Wrong(
                "nobody says that the record is broken".to_owned(),
            ));
        }
        if fs::read(&record)? != bytes && !matches!(damage, Damage::Cut) {
            return Ok(Verdict::Wrong(
                "the broken record was overwritten".to_owned(),
            ));
        }
        let first = match told.first() {
            Some(first) => first.clone(),
            None => "what it says up to there is resumed".to_owned(),
        };
        if difference(&self.first, &content(&project.folder)?).is_some()
            && !resumed.status.success()
        {
            return Ok(Verdict::Wrong("the refused run changed tables".to_owned()));
        }
        let anew = project.run(&["run", "--full-refresh"])?;
        match anew.status.success() {
            true => Ok(Verdict::Fine { told: first }),
            false => Ok(Verdict::Wrong(failed(&["run", "--full-refresh"], &anew))),
        }
    }

    /// The file is left as it is
    fn broken_warehouse(&self) -> Result<Verdict, Fault> {
        let project = self.project(&self.grown, "warehouse")?;
        let file = project.folder.join(WAREHOUSE);
        let mut opened = OpenOptions::new().write(true).open(&file)?;
        opened.seek(SeekFrom::Start(0))?;
        opened.write_all(&[0x5a; 4096])?;
        drop(opened);
        let before = fs::read(&file)?;
        let output = project.run(&["run"])?;
        let told = diagnostics(&output);
        Ok(match told.first() {
            Some(first) if !output.status.success() && fs::read(&file)? == before => {
                Verdict::Fine {
                    told: first.clone(),
                }
            }
            _ => Verdict::Wrong(failed(&["run"], &output)),
        })
    }

    /// Resumed without the disturbance, the warehouse is as expected
    fn afterwards(
        &self,
        project: &Project<'_>,
        told: &str,
        expected: &Content,
    ) -> Result<Verdict, Fault> {
        let resumed = project.run(&["run", "--resume"])?;
        if !resumed.status.success() {
            // the disk may have been full before the record began
            let anew = project.run(&["run"])?;
            if !anew.status.success() {
                return Ok(Verdict::Wrong(failed(&["run"], &anew)));
            }
        }
        Ok(compared(told, expected, &content(&project.folder)?))
    }
}

fn compared(told: &str, expected: &Content, found: &Content) -> Verdict {
    match difference(expected, found) {
        None => Verdict::Fine {
            told: told.to_owned(),
        },
        Some(difference) => Verdict::Wrong(difference),
    }
}

fn not_allowed() -> Verdict {
    Verdict::Skipped("this machine lets nobody mount in a name space of their own".to_owned())
}
