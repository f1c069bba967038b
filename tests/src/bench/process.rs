//! What whole processes need, with the processes that they start

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait4::Wait4;

/// What a process needed
#[derive(Debug, Clone, Copy, Default)]
pub struct Need {
    /// Seconds from start to end
    pub wall: f64,
    /// Processor seconds, of user and system
    pub processor: f64,
    /// Peak memory
    pub megabytes: f64,
}

/// Runs a process that waits for all that it starts.
///
/// # Errors
/// It cannot be started, or fails.
pub fn measure(command: &mut Command) -> Result<Need> {
    let begun = Instant::now();
    let child = start(command)?;
    end(command, child, begun)
}

/// Runs a process that may leave others behind, or kill them without waiting for them, so that the system
/// adds their times to nobody's: all processes below it are looked at again and again while they run.
///
/// Beside what is lost between two looks (10 ms), the time of those others is counted in clock ticks.
///
/// # Errors
/// It cannot be started, or fails.
pub fn measure_tree(command: &mut Command) -> Result<Need> {
    let begun = Instant::now();
    let mut child = start(command)?;
    let root = child.id();
    let mut seen: BTreeMap<u32, f64> = BTreeMap::new();
    let mut peak = 0.0_f64;
    while child.try_wait()?.is_none() {
        let mut waiting = vec![root];
        let mut megabytes = 0.0;
        while let Some(process) = waiting.pop() {
            waiting.extend(children(process));
            megabytes += resident(process).unwrap_or_default();
            if let Some(seconds) = processor(process) {
                seen.insert(process, seconds);
            }
        }
        peak = peak.max(megabytes);
        std::thread::sleep(Duration::from_millis(10));
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(Need {
        wall: begun.elapsed().as_secs_f64(),
        processor: seen.values().sum(),
        megabytes: peak,
    })
}

fn start(command: &mut Command) -> Result<Child> {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{command:?} cannot be started"))
}

fn end(command: &Command, child: Child, begun: Instant) -> Result<Need> {
    let ended = child.wait4()?;
    if !ended.status.success() {
        bail!("{command:?} ended with {}", ended.status);
    }
    Ok(Need {
        wall: begun.elapsed().as_secs_f64(),
        processor: (ended.rusage.utime + ended.rusage.stime).as_secs_f64(),
        megabytes: ended.rusage.maxrss as f64 / 1e6,
    })
}

/// The processes that a process has started and that still run
fn children(process: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Vec::new();
    };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|number| number.parse().ok())
                .collect::<Vec<u32>>()
        })
        .collect()
}

/// Processor seconds that a process has used, without those of its children
pub fn processor(process: u32) -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // the name before may have spaces in it
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

/// The memory that a process has at the moment, in MB
pub fn resident(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}

/// The median of each figure
pub fn median(needs: &[Need]) -> Need {
    let middle = |value: fn(&Need) -> f64| {
        let mut values: Vec<f64> = needs.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Need {
        wall: middle(|need| need.wall),
        processor: middle(|need| need.processor),
        megabytes: middle(|need| need.megabytes),
    }
}
