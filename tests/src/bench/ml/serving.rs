//! Predictions of a running server: how many in a second of its processor time, and how long callers wait at
//! half the load that it bears

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Map, Value, json};

use super::super::process::{processor, resident};
use super::super::program;
use super::load::{Request, load};
use crate::serving::{PARENT, Served};

/// What is measured
#[derive(Debug, Args)]
pub struct ServingBench {
    /// The program [default: the one beside this, built anew]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Connections
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Ask at half the load for so many minutes, with every request kept for monitoring, and watch the memory
    #[arg(long, value_name = "MINUTES")]
    soak: Option<u64>,
}

/// Instances of a request
const INSTANCES: [usize; 3] = [1, 16, 128];

/// A logistic regression with 15 features, three of them with categories
const TRAINING: &str = "\
CREATE SCHEMA IF NOT EXISTS d;
CREATE OR REPLACE TABLE d.players AS
SELECT
  ['Germany', 'France', 'Japan', 'Brazil', 'India', 'Kenya', 'Chile'][OFFSET(MOD(n, 7))] AS country,
  IF(MOD(n, 3) = 0, 'ios', 'android') AS os,
  ['de', 'fr', 'ja', 'pt', 'hi'][OFFSET(MOD(n * 3, 5))] AS language,
  MOD(n * 3, 11) AS n1, MOD(n * 5, 13) AS n2, MOD(n * 7, 17) AS n3, MOD(n * 11, 19) AS n4,
  MOD(n * 13, 23) AS n5, MOD(n * 17, 29) AS n6, MOD(n * 19, 31) AS n7, MOD(n * 23, 37) AS n8,
  MOD(n * 29, 41) AS n9, MOD(n * 31, 43) AS n10, MOD(n * 37, 47) AS n11, MOD(n * 41, 53) AS n12,
  IF(MOD(n * 3, 11) + MOD(n * 5, 13) + MOD(n * 97, 7) > 14, 1, 0) AS churned
FROM UNNEST(GENERATE_ARRAY(1, 5000)) AS n;
CREATE OR REPLACE MODEL d.players_model
OPTIONS (MODEL_TYPE = 'LOGISTIC_REG', INPUT_LABEL_COLS = ['churned']) AS
SELECT * FROM d.players;
EXPORT MODEL d.players_model OPTIONS (URI = 'exports/players');
";

/// Measures and prints what it found.
///
/// # Errors
/// The program does not run, or the server refuses a request.
pub fn serving(bench: &ServingBench) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let project = scratch.path();
    let program = match &bench.program {
        Some(program) => std::path::absolute(program)?,
        None => program()?,
    };
    let served = start(&program, project)?;
    let time = Duration::from_secs(bench.seconds);
    let never = AtomicBool::new(false);
    println!("instances of   requests    predictions      predictions       at half the load");
    println!(
        "a request      a second     a second     a CPU-s of the server  p50      p99    p99.9"
    );
    let mut half = 0.0;
    for instances in INSTANCES {
        let request = request(&served, instances);
        load(
            &request,
            bench.connections,
            Duration::from_secs(1),
            None,
            &never,
        )?;
        let cpu = cpu(&served)?;
        let begun = Instant::now();
        let met = load(&request, bench.connections, time, None, &never)?;
        let (wall, cpu) = (begun.elapsed().as_secs_f64(), self::cpu(&served)? - cpu);
        let requests = met.seconds.len() as f64;
        let rate = requests / wall;
        let mut met = load(&request, bench.connections, time, Some(rate / 2.0), &never)?;
        println!(
            "{instances:>9}  {:>11.0}  {:>13.0}  {:>19.0}  {:>7.2}  {:>7.2}  {:>7.2} ms",
            rate,
            rate * instances as f64,
            requests * instances as f64 / cpu,
            met.percentile(0.5),
            met.percentile(0.99),
            met.percentile(0.999),
        );
        if instances == 1 {
            half = rate / 2.0;
        }
    }
    if let Some(minutes) = bench.soak {
        soak(bench, &served, minutes, half)?;
    }
    Ok(())
}

/// Asks for a long time, every request kept, and prints the server's memory now and then
fn soak(bench: &ServingBench, served: &Served, minutes: u64, rate: f64) -> Result<()> {
    let job = json!({
        "displayName": "all requests",
        "endpoint": format!("{}/endpoints/players", &PARENT[4..]),
        "modelDeploymentMonitoringObjectiveConfigs": [{
            "deployedModelId": "1",
            "objectiveConfig": { "predictionDriftDetectionConfig": {}, "trainingPredictionSkewDetectionConfig": {} },
        }],
        "modelDeploymentMonitoringScheduleConfig": { "monitorInterval": "60s" },
        "loggingSamplingStrategy": { "randomSampleConfig": { "sampleRate": 1 } },
    });
    let path = format!("{PARENT}/modelDeploymentMonitoringJobs");
    served.done("POST", &path, Some(&job))?;
    let request = request(served, 1);
    let time = Duration::from_secs(minutes * 60);
    let end = AtomicBool::new(false);
    println!("soak: {rate:.0} requests a second, each kept, looked at every minute");
    let mut met = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let begun = Instant::now();
            while begun.elapsed() < time && !end.load(Ordering::Relaxed) {
                std::thread::sleep((time / 10).max(Duration::from_secs(1)));
                let megabytes = resident(served.process()).unwrap_or(f64::NAN);
                let seconds = begun.elapsed().as_secs();
                println!("  after {seconds:>5} s  {megabytes:>6.1} MB");
            }
        });
        let met = load(&request, bench.connections, time, Some(rate), &end);
        end.store(true, Ordering::Relaxed);
        // it only prints
        let _ = watcher.join();
        met
    })?;
    let requests = met.seconds.len();
    println!("  {requests} requests, p99 {:.2} ms", met.percentile(0.99));
    Ok(())
}

/// A server with the model on an endpoint
fn start(program: &Path, project: &Path) -> Result<Served> {
    std::fs::write(
        project.join("workflow_settings.yaml"),
        "defaultProject: p\ndefaultDataset: d\n",
    )?;
    let output = Command::new(program)
        .args(["query", TRAINING])
        .current_dir(project)
        .stdin(Stdio::null())
        .output()
        .context("the program cannot be started")?;
    if !output.status.success() {
        bail!(
            "the model cannot be made:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let served = Served::start(program, project, &[])?;
    let model = json!({ "modelId": "players", "model": { "displayName": "players", "artifactUri": "exports/players" } });
    served.done("POST", &format!("{PARENT}/models:upload"), Some(&model))?;
    let endpoint = json!({ "displayName": "players" });
    served.done(
        "POST",
        &format!("{PARENT}/endpoints?endpointId=players"),
        Some(&endpoint),
    )?;
    let deployment = json!({
        "deployedModel": { "id": "1", "model": format!("{}/models/players", &PARENT[4..]) },
        "trafficSplit": { "0": 100 },
    });
    let path = format!("{PARENT}/endpoints/players:deployModel");
    served.done("POST", &path, Some(&deployment))?;
    Ok(served)
}

fn request(served: &Served, instances: usize) -> Request {
    let instances: Vec<Value> = (0..instances)
        .map(|at| {
            let mut instance = Map::new();
            let country = ["Germany", "France", "Japan", "Brazil"][at % 4];
            instance.insert("country".into(), country.into());
            instance.insert("os".into(), "ios".into());
            instance.insert("language".into(), "de".into());
            for number in 1..=12 {
                instance.insert(format!("n{number}"), (at * number % 11).into());
            }
            Value::Object(instance)
        })
        .collect();
    let body = json!({ "instances": instances }).to_string();
    let path = format!("{PARENT}/endpoints/players:predict");
    Request::post(served.endpoint(), &path, &body)
}

fn cpu(served: &Served) -> Result<f64> {
    processor(served.process()).context("the system does not tell processor times of processes")
}
