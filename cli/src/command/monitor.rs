//! `monitor`: how far what endpoints are asked is from training data and from before

use std::path::Path;

use diagnostic::{Diagnostic, code, did_you_mean};
use serde_json::json;
use sqlx_runtime::EnvironmentVariables;
use vertex::monitor::{Finding, Measure, Objective, WatchedJob, jobs};
use vertex::server::running;

use super::serve::folder;
use crate::arguments::{GlobalArguments, MonitorArguments};
use crate::exit;
use crate::printer::{Printer, Style};
use crate::project::root;

/// Shows jobs with what they found last
pub fn monitor(global: &GlobalArguments, arguments: &MonitorArguments, printer: &Printer) -> u8 {
    match show(&root(global), arguments, printer) {
        Ok(alerts) if alerts > 0 && arguments.check => exit::FAILED,
        Ok(_) => exit::OK,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

/// Shows the jobs; gives how many alerts their last windows have
fn show(root: &Path, arguments: &MonitorArguments, printer: &Printer) -> Result<usize, Diagnostic> {
    let folder = folder(root, arguments.folder.as_deref())?;
    let mut found = chosen(read(&folder)?, arguments.job.as_deref())?;
    if arguments.now {
        for job in &found {
            look_now(&folder, &job.job.name)?;
        }
        found = chosen(read(&folder)?, arguments.job.as_deref())?;
    }
    let findings = |job: &WatchedJob| {
        job.windows.last().map_or(0, |window| {
            window
                .findings
                .iter()
                .filter(|finding| finding.alert)
                .count()
        })
    };
    let alerts = found.iter().map(findings).sum();
    if printer.is_json() {
        let list: Vec<_> = found.iter().map(as_json).collect();
        printer.json(&json!({ "schema_version": 1, "jobs": list }));
        return Ok(alerts);
    }
    if found.is_empty() {
        printer.note("no endpoint is watched; a monitoring job begins with one that is created");
    }
    for job in &found {
        people(job, printer);
    }
    Ok(alerts)
}

fn read(folder: &Path) -> Result<Vec<WatchedJob>, Diagnostic> {
    jobs(folder).map_err(|error| unreadable(error.to_string()))
}

fn chosen(all: Vec<WatchedJob>, wanted: Option<&str>) -> Result<Vec<WatchedJob>, Diagnostic> {
    let Some(wanted) = wanted else {
        return Ok(all);
    };
    let id = |job: &WatchedJob| job.job.name.rsplit('/').next().unwrap_or("").to_owned();
    let names: Vec<String> = all
        .iter()
        .flat_map(|job| [job.job.display_name.clone(), id(job)])
        .collect();
    let is = |job: &WatchedJob| {
        [&job.job.name, &job.job.display_name, &id(job)]
            .into_iter()
            .any(|name| name == wanted)
    };
    let found: Vec<WatchedJob> = all.into_iter().filter(is).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let message = format!("there is no monitoring job `{wanted}`");
    let diagnostic = Diagnostic::error(code::USAGE, message);
    let hint = did_you_mean(wanted, names.iter().map(String::as_str));
    Err(match hint {
        Some(hint) => diagnostic.help(hint),
        None => diagnostic.help("`sqlx-run monitor` lists all of them"),
    })
}

/// Asks the server that runs to look now
fn look_now(folder: &Path, job: &str) -> Result<(), Diagnostic> {
    let running = running(folder).map_err(|error| unreadable(error.to_string()))?;
    let Some(running) = running else {
        let message = "no server runs, so nobody can look now".to_owned();
        return Err(unreadable(message).help("start one with `sqlx-run serve`"));
    };
    let address = format!("{}/v1/{job}:runNow", running.endpoint);
    let threads = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| unreadable(error.to_string()))?;
    let answer = threads.block_on(async {
        let mut request = reqwest::Client::new().post(address);
        if let Some(token) = EnvironmentVariables::read(EnvironmentVariables::SERVE_TOKEN) {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await?;
        Ok::<_, reqwest::Error>((answer.status(), answer.text().await?))
    });
    match answer {
        Ok((status, _)) if status.is_success() => Ok(()),
        Ok((status, text)) => Err(unreadable(format!("the server answers {status}: {text}"))),
        Err(error) => Err(unreadable(format!("the server does not answer: {error}"))),
    }
}

fn as_json(job: &WatchedJob) -> serde_json::Value {
    json!({
        "name": job.job.name,
        "display_name": job.job.display_name,
        "endpoint": job.job.endpoint,
        "state": job.job.state.name(),
        "next": job.job.next_schedule_time,
        "windows": job.windows,
    })
}

fn people(job: &WatchedJob, printer: &Printer) {
    let interval = job.job.model_deployment_monitoring_schedule_config.as_ref();
    let interval = interval.map_or("", |schedule| schedule.monitor_interval.as_str());
    let state = job
        .job
        .state
        .name()
        .trim_start_matches("JOB_STATE_")
        .to_lowercase();
    printer.data(&format!(
        "{}  {state}, every {interval}, next {}\n  {}\n",
        printer.paint(Style::Strong, &job.job.display_name),
        match job.job.next_schedule_time.as_str() {
            "" => "when it is resumed",
            time => time,
        },
        printer.paint(Style::Dim, &job.job.endpoint),
    ));
    let Some(window) = job.windows.last() else {
        printer.data("  has not looked yet\n");
        return;
    };
    printer.data(&format!("  {} to {}\n", window.start_time, window.end_time));
    for (model, instances) in &window.instances {
        printer.data(&format!("  {model}: {instances} instances\n"));
    }
    let width = window
        .findings
        .iter()
        .map(|finding| finding.feature.chars().count())
        .max();
    for finding in &window.findings {
        printer.data(&line(finding, width.unwrap_or(0), printer));
    }
    for note in &window.notes {
        printer.data(&format!("  {}\n", printer.paint(Style::Warned, note)));
    }
    let alerts: usize = job
        .windows
        .iter()
        .flat_map(|window| &window.findings)
        .filter(|finding| finding.alert)
        .count();
    printer.data(&format!(
        "  {alerts} alerts in {} windows\n",
        job.windows.len()
    ));
}

fn line(finding: &Finding, width: usize, printer: &Printer) -> String {
    let objective = match finding.objective {
        Objective::Skew => "from training data",
        Objective::Drift => "from window before",
    };
    let measure = match finding.measure {
        Measure::LInfinity => "L-infinity",
        Measure::JensenShannonDivergence => "Jensen-Shannon",
    };
    let verdict = match finding.alert {
        true => printer.paint(Style::Bad, "ALERT"),
        false => printer.paint(Style::Good, "ok"),
    };
    format!(
        "  {}  {:width$}  {objective}  {measure:14}  {:.4}  of {:.4}  {verdict}\n",
        finding.deployed_model_id, finding.feature, finding.distance, finding.threshold,
    )
}

fn unreadable(message: String) -> Diagnostic {
    Diagnostic::error(code::SERVER_STATE_UNREADABLE, message)
}
