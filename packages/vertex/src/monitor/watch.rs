//! Looks at the windows of all monitoring jobs when their time has come

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::look::look;
use crate::failure::Failure;
use crate::resource::{JobState, ModelDeploymentMonitoringJob, ResourceName};
use crate::service::{Service, monitor_interval, written};

/// How often it is asked whose time has come
const TICK: Duration = Duration::from_secs(1);

/// Watches until the server ends
pub async fn watch(service: Arc<Service>) {
    while !service.stopping.load(Ordering::SeqCst) {
        tokio::time::sleep(TICK).await;
        for job in due(&service) {
            let service = service.clone();
            let name = job.name.clone();
            let log = service.log.clone();
            let looked = tokio::task::spawn_blocking(move || in_time(&service, &job)).await;
            if let Ok(Err(failure)) = looked {
                log(&format!("{name}: {}", failure.message));
            }
        }
    }
}

fn due(service: &Service) -> Vec<ModelDeploymentMonitoringJob> {
    let now = Timestamp::now();
    let all = service.store.beginning("projects/").into_iter();
    let jobs = all.filter(|(name, _)| {
        ResourceName::parse(name)
            .is_some_and(|name| name.collection == "modelDeploymentMonitoringJobs")
    });
    jobs.filter_map(|(_, value)| {
        serde_json::from_value::<ModelDeploymentMonitoringJob>(value.as_ref().clone()).ok()
    })
    .filter(|job| matches!(job.state, JobState::Running | JobState::Pending))
    .filter(|job| {
        let next: Result<Timestamp, _> = job.next_schedule_time.parse();
        next.is_ok_and(|next| next <= now)
    })
    .collect()
}

/// Looks at the window that ended when the job's time came, and says when the next one ends
fn in_time(service: &Service, job: &ModelDeploymentMonitoringJob) -> Result<(), Failure> {
    let (interval, window) = monitor_interval(job)?;
    let end: Timestamp = job
        .next_schedule_time
        .parse()
        .unwrap_or_else(|_| Timestamp::now());
    let begin = end.checked_sub(window).unwrap_or(Timestamp::MIN);
    let looked = look(service, job, begin, end);
    // windows that ended while no server ran are not made up for
    let mut next = end;
    while next <= Timestamp::now() {
        let step = interval.max(SignedDuration::from_secs(1));
        next = next.checked_add(step).unwrap_or(Timestamp::MAX);
    }
    service.store.transact(|transaction| {
        let Some(mut kept) = transaction.read::<ModelDeploymentMonitoringJob>(&job.name) else {
            return Ok(());
        };
        kept.next_schedule_time = written(next);
        transaction.put(&job.name, &kept)
    })?;
    looked.map(|_| ())
}
