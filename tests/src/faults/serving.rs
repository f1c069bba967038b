//! Servers that are killed while models are uploaded, deployed and asked must lose none, and split all traffic

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::serving::{Models, PARENT, Served};

/// Servers to be killed
#[derive(Debug, Clone)]
pub struct ServerKilling {
    /// The program
    pub program: PathBuf,
    /// How many servers are killed
    pub runs: u32,
    /// The same seed kills after the same times
    pub seed: u64,
}

/// What became of them
#[derive(Debug, Default)]
pub struct KilledServers {
    /// Killed while a model was uploaded
    pub uploading: u32,
    /// Killed while an endpoint was changed
    pub deploying: u32,
    /// Changes that had been confirmed before
    pub confirmed: u64,
    /// Predictions that had been answered
    pub predicted: u64,
    /// What was wrong after a start
    pub faults: Vec<String>,
}

/// How long a server lives at most
const LIFE: Duration = Duration::from_millis(400);

type Split = BTreeMap<String, i64>;

/// What was confirmed, and what was on its way
#[derive(Debug, Default)]
struct Ledger {
    versions: BTreeSet<String>,
    split: Split,
    uploading: bool,
    on_its_way: Option<Split>,
    next: u64,
}

/// Kills servers on one folder, one after the other
///
/// # Errors
/// The program does not run
pub fn kill_servers(
    killing: &ServerKilling,
    mut tell: impl FnMut(u32, &KilledServers),
) -> Result<KilledServers> {
    let scratch = tempfile::tempdir()?;
    let models = Models::export(&killing.program, scratch.path())?;
    let mut random = ChaCha8Rng::seed_from_u64(killing.seed);
    let mut killed = KilledServers::default();
    let mut ledger = Ledger {
        next: 1,
        ..Ledger::default()
    };
    begin(&killing.program, &models)?;
    for run in 0..=killing.runs {
        let served = Served::start(&killing.program, &models.project, &[])?;
        if let Err(fault) = check(&served, &mut ledger) {
            killed.faults.push(format!("after run {run}: {fault:#}"));
        }
        if run == killing.runs {
            break;
        }
        let life = LIFE.mul_f64(random.random::<f64>());
        let (confirmed, predicted) = (AtomicU64::new(0), AtomicU64::new(0));
        let shared = Mutex::new(std::mem::take(&mut ledger));
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // what fails now is answered by a server that is no more
                while !over.load(Ordering::SeqCst) {
                    if change(&served, &models.baseline, &shared, &confirmed).is_err() {
                        break;
                    }
                }
            });
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    if predict(&served).is_ok() {
                        predicted.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
            std::thread::sleep(life);
            let outcome = served.kill_now();
            over.store(true, Ordering::SeqCst);
            outcome
        })?;
        ledger = shared.into_inner().unwrap_or_default();
        killed.uploading += u32::from(ledger.uploading);
        killed.deploying += u32::from(ledger.on_its_way.is_some());
        killed.confirmed += confirmed.into_inner();
        killed.predicted += predicted.into_inner();
        tell(run + 1, &killed);
    }
    Ok(killed)
}

/// A model and an endpoint
fn begin(program: &Path, models: &Models) -> Result<()> {
    let served = Served::start(program, &models.project, &[])?;
    let endpoint = json!({ "displayName": "shop" });
    served.done(
        "POST",
        &format!("{PARENT}/endpoints?endpointId=shop"),
        Some(&endpoint),
    )?;
    let model = json!({ "modelId": "churn", "model": { "displayName": "churn", "artifactUri": models.baseline } });
    served.done("POST", &format!("{PARENT}/models:upload"), Some(&model))?;
    served.kill()
}

/// Uploads a version, deploys it beside the one that is there, and gives it all traffic
fn change(
    served: &Served,
    artifact: &Path,
    shared: &Mutex<Ledger>,
    confirmed: &AtomicU64,
) -> Result<()> {
    let note = |change: &mut dyn FnMut(&mut Ledger)| {
        if let Ok(mut ledger) = shared.lock() {
            change(&mut ledger);
        }
        confirmed.fetch_add(1, Ordering::SeqCst);
    };
    let plan = |change: &mut dyn FnMut(&mut Ledger)| {
        if let Ok(mut ledger) = shared.lock() {
            change(&mut ledger);
        }
    };
    let model = format!("{}/models/churn", &PARENT[4..]);
    plan(&mut |ledger| ledger.uploading = true);
    let version = json!({ "parentModel": model, "model": { "displayName": "churn", "artifactUri": artifact } });
    let answer = served.done("POST", &format!("{PARENT}/models:upload"), Some(&version))?;
    let version = answer["modelVersionId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    note(&mut |ledger| {
        ledger.versions.insert(version.clone());
        ledger.uploading = false;
    });

    let (mut id, mut before) = (String::new(), Split::new());
    plan(&mut |ledger| {
        ledger.next += 1;
        id = ledger.next.to_string();
        before = ledger.split.clone();
    });
    let old: Vec<&String> = before.keys().collect();
    let mut split: Split = BTreeMap::from([(id.clone(), 100)]);
    if let Some(old) = old.first() {
        split = BTreeMap::from([(id.clone(), 30), ((*old).clone(), 70)]);
    }
    // a killed deployment may have left two, of which one is enough
    for surplus in old.iter().skip(1) {
        let rest = BTreeMap::from([((*old[0]).clone(), 100)]);
        undeploy(served, surplus, rest, shared, confirmed)?;
    }
    let mut asked = split.clone();
    let share = asked.remove(&id).unwrap_or_default();
    asked.insert("0".into(), share);
    plan(&mut |ledger| ledger.on_its_way = Some(split.clone()));
    let deployment = json!({
        "deployedModel": { "id": id, "model": format!("{model}@{version}") },
        "trafficSplit": asked,
    });
    let path = format!("{PARENT}/endpoints/shop:deployModel");
    served.done("POST", &path, Some(&deployment))?;
    note(&mut |ledger| {
        ledger.split = split.clone();
        ledger.on_its_way = None;
    });
    if let Some(old) = old.first() {
        undeploy(served, old, BTreeMap::from([(id, 100)]), shared, confirmed)?;
    }
    Ok(())
}

fn undeploy(
    served: &Served,
    id: &str,
    rest: Split,
    shared: &Mutex<Ledger>,
    confirmed: &AtomicU64,
) -> Result<()> {
    if let Ok(mut ledger) = shared.lock() {
        ledger.on_its_way = Some(rest.clone());
    }
    let request = json!({ "deployedModelId": id, "trafficSplit": rest });
    let path = format!("{PARENT}/endpoints/shop:undeployModel");
    served.done("POST", &path, Some(&request))?;
    if let Ok(mut ledger) = shared.lock() {
        ledger.split = rest;
        ledger.on_its_way = None;
    }
    confirmed.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

fn predict(served: &Served) -> Result<()> {
    let instance = json!({ "country": "Japan", "os": "ios", "minutes": 10, "levels": 3 });
    let request = json!({ "instances": [instance] });
    let path = format!("{PARENT}/endpoints/shop:predict");
    let (status, answer) = served.call("POST", &path, Some(&request))?;
    ensure!(status == 200, "predictions answer {status}: {answer}");
    Ok(())
}

/// Whether everything that was confirmed is there, and what was on its way is there whole or not at all
fn check(served: &Served, ledger: &mut Ledger) -> Result<()> {
    let endpoint = served.done("GET", &format!("{PARENT}/endpoints/shop"), None)?;
    let split: Split = serde_json::from_value(match &endpoint["trafficSplit"] {
        Value::Null => json!({}),
        split => split.clone(),
    })?;
    let deployed: BTreeSet<&str> = endpoint["deployedModels"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|model| model["id"].as_str())
        .collect();
    let sum: i64 = split.values().sum();
    ensure!(
        split.is_empty() || sum == 100,
        "the split {split:?} makes {sum}"
    );
    for id in split.keys() {
        ensure!(
            deployed.contains(id.as_str()),
            "`{id}` has traffic and is not deployed"
        );
    }
    let expected = split == ledger.split || Some(&split) == ledger.on_its_way.as_ref();
    let confirmed = ledger.split.clone();
    let on_its_way = ledger.on_its_way.take();
    ledger.uploading = false;
    ledger.split.clone_from(&split);
    ensure!(
        expected,
        "the split is {split:?}, neither {confirmed:?} that was confirmed nor {on_its_way:?} that was on its way"
    );
    let path = format!("{PARENT}/models/churn:listVersions?pageSize=1000");
    let versions = served.done("GET", &path, None)?;
    let versions: BTreeSet<&str> = versions["models"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|version| version["versionId"].as_str())
        .collect();
    for version in &ledger.versions {
        ensure!(
            versions.contains(version.as_str()),
            "version {version} is lost"
        );
    }
    let operations = served.done(
        "GET",
        &format!("{PARENT}/endpoints/shop/operations?pageSize=1000"),
        None,
    )?;
    for operation in operations["operations"].as_array().into_iter().flatten() {
        if operation["done"] != true {
            bail!("operation {} goes on for ever", operation["name"]);
        }
    }
    match split.is_empty() {
        true => Ok(()),
        false => predict(served),
    }
}
