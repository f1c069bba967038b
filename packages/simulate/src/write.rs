//! From players to a parquet file: flat rows into the engine, nested rows out of it

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use duckdb::arrow::array::{
    ArrayRef, Float32Array, Int16Array, Int32Array, Int64Array, UInt8Array, UInt32Array,
};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Appender, Config, Connection, params};

use crate::event::Event;
use crate::play::play;
use crate::player::Player;
use crate::random::Dice;
use crate::{SimulateError, SimulateOptions, Summary, nest};

/// Flat events that go to the engine at once
const BATCH: usize = 1 << 16;

/// Simulates all users and writes their events
pub fn write(options: &SimulateOptions, out: &Path) -> Result<Summary, SimulateError> {
    let place = Place::beside(out)?;
    // one thread: the order of rows and the shape of row groups never depend on the machine
    let config = Config::default()
        .threads(1)?
        .with("autoinstall_known_extensions", "false")?
        .with("autoload_known_extensions", "false")?;
    let engine = Connection::open_in_memory_with_flags(config)?;
    engine.execute_batch(nest::TABLES)?;
    let summary = fill(&engine, options)?;
    let file = place.temporary.to_string_lossy().replace('\'', "''");
    engine
        .execute_batch(&nest::macros())
        .and_then(|()| engine.execute_batch(&nest::copy(&file)))
        .map_err(|error| place.failed(&error))?;
    place.publish()?;
    Ok(summary)
}

fn fill(engine: &Connection, options: &SimulateOptions) -> Result<Summary, SimulateError> {
    let mut users = engine.appender("flat_users")?;
    let mut rows = engine.appender("flat_events")?;
    let mut events = Vec::with_capacity(BATCH + 4096);
    let mut summary = Summary {
        events: 0,
        users: 0,
    };
    for user in 0..options.users {
        let mut dice = Dice::of_user(options.seed, user);
        let player = Player::draw(&mut dice, options.days);
        let before = events.len();
        play(user as u32, &player, options.days, &mut dice, &mut events);
        if events.len() > before {
            summary.users += 1;
            summary.events += (events.len() - before) as u64;
            append_user(&mut users, user as u32, &player)?;
        }
        if events.len() >= BATCH {
            rows.append_record_batch(batch(&events)?)?;
            events.clear();
        }
    }
    rows.append_record_batch(batch(&events)?)?;
    rows.flush()?;
    users.flush()?;
    Ok(summary)
}

fn append_user(users: &mut Appender<'_>, user: u32, player: &Player) -> Result<(), SimulateError> {
    users.append_row(params![
        user,
        format!("{:032X}", player.pseudo_id),
        player.first_open * 1000,
        player.country.continent,
        player.country.name,
        player.language,
        player.device.brand,
        player.device.model,
        player.device.marketing_name,
        player.device.category,
        player.device.platform.name(),
        player.system_version,
        player.app_version,
        if player.limits_tracking { "Yes" } else { "No" },
        player.offset / 1000,
        player.server_offset,
        player.campaign,
        player.progressive > 0.1,
    ])?;
    Ok(())
}

fn batch(events: &[Event]) -> Result<RecordBatch, SimulateError> {
    let column = |value: fn(&Event) -> i32| -> ArrayRef {
        Arc::new(Int32Array::from_iter_values(events.iter().map(value)))
    };
    let small = |value: fn(&Event) -> u8| -> ArrayRef {
        Arc::new(UInt8Array::from_iter_values(events.iter().map(value)))
    };
    let times: Int64Array = events.iter().map(|event| event.previous).collect();
    let columns: [(&str, ArrayRef); 12] = [
        (
            "user",
            Arc::new(UInt32Array::from_iter_values(
                events.iter().map(|event| event.user),
            )),
        ),
        (
            "micros",
            Arc::new(Int64Array::from_iter_values(
                events.iter().map(|event| event.at),
            )),
        ),
        ("previous", Arc::new(times)),
        ("bundle", column(|event| event.bundle)),
        ("kind", small(|event| event.kind as u8)),
        ("screen", small(|event| event.screen)),
        ("previous_screen", small(|event| event.previous_screen)),
        ("board", small(|event| event.board)),
        (
            "level",
            Arc::new(Int16Array::from_iter_values(
                events.iter().map(|event| event.level),
            )),
        ),
        ("amount", column(|event| event.amount)),
        ("duration", column(|event| event.duration)),
        (
            "revenue",
            Arc::new(Float32Array::from_iter_values(
                events.iter().map(|event| event.revenue),
            )),
        ),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, values)| (name, values, name == "previous")),
    )?)
}

/// The file that was asked for and the unfinished one in a folder of its own beside it, which goes
/// away with this value
struct Place {
    asked: PathBuf,
    temporary: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    fn beside(out: &Path) -> Result<Self, SimulateError> {
        let failed = |reason: String| SimulateError::Output {
            path: out.to_path_buf(),
            reason,
        };
        if out.file_name().is_none() || out.is_dir() {
            return Err(failed("it is a folder".into()));
        }
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(|error| failed(error.to_string()))?;
        let folder = tempfile::Builder::new()
            .prefix(".simulate-")
            .tempdir_in(parent)
            .map_err(|error| failed(system_words(&error)))?;
        let temporary = folder.path().join("events.parquet");
        if temporary.to_str().is_none() {
            return Err(failed("the path is not valid Unicode".into()));
        }
        Ok(Self {
            asked: out.to_path_buf(),
            temporary,
            _folder: folder,
        })
    }

    fn failed(&self, error: &duckdb::Error) -> SimulateError {
        SimulateError::Output {
            path: self.asked.clone(),
            reason: error.to_string(),
        }
    }

    fn publish(self) -> Result<(), SimulateError> {
        fs::File::open(&self.temporary)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&self.temporary, &self.asked))
            .map_err(|error| SimulateError::Output {
                path: self.asked.clone(),
                reason: error.to_string(),
            })
    }
}

/// The system's own words, without the temporary path that only we know
fn system_words(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code).to_string(),
        None => error.kind().to_string(),
    }
}
