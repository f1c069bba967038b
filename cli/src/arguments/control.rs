//! How a run goes about it: side by side, again, for how long

use std::time::Duration;

use clap::Args;
use sqlx_runtime::RunOptions;

/// How a run goes about it
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Control")]
pub struct ControlArguments {
    /// Actions at a time [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Try an action again after an error that may pass, waiting longer each time [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100))]
    pub retries: Option<u32>,
    /// Try operations, appends and actions with operations of their own again, too, although they may
    /// then take effect twice
    #[arg(long)]
    pub retry_operations: bool,
    /// Stop an action that takes longer: `90`, `90s`, `15m`, `2h`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Stop the run when it takes longer
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub run_timeout: Option<Duration>,
    /// Begin nothing more after the first failure; what runs goes on to its end
    #[arg(long, conflicts_with = "keep_going")]
    pub fail_fast: bool,
    /// After a failure, go on with all that does not depend on it [default]
    #[arg(long)]
    pub keep_going: bool,
}

impl ControlArguments {
    /// As options of a run
    pub fn options(&self, default_jobs: Option<u16>) -> RunOptions {
        let defaults = RunOptions::default();
        RunOptions {
            jobs: self
                .jobs
                .or(default_jobs)
                .map_or(defaults.jobs, usize::from),
            retries: self.retries.unwrap_or(defaults.retries),
            retry_operations: self.retry_operations,
            action_timeout: self.timeout,
            run_timeout: self.run_timeout,
            fail_fast: self.fail_fast,
            ..defaults
        }
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("expected a time such as `90s`, `15m` or `2h`".to_owned()),
    };
    let number: f64 = digits
        .parse()
        .map_err(|_| "expected a time such as `90s`, `15m` or `2h`".to_owned())?;
    Duration::try_from_secs_f64(number * seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "expected a time above zero".to_owned())
}
