//! Who is told that a feature is too far off: the log, and webhooks

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::report::Window;
use crate::resource::ModelDeploymentMonitoringJob;
use crate::service::Service;

/// How long a webhook may take to answer
const PATIENCE: Duration = Duration::from_secs(10);

/// How often one is tried that does not answer
const TRIES: u32 = 3;

/// Who is told
pub struct Alerts {
    webhook: Option<String>,
    client: reqwest::Client,
    runtime: tokio::runtime::Handle,
}

impl Alerts {
    /// Tells `webhook` of every alert, beside those that a job names
    ///
    /// # Errors
    /// The client cannot be made
    pub fn new(webhook: Option<String>, runtime: tokio::runtime::Handle) -> reqwest::Result<Self> {
        Ok(Self {
            webhook,
            client: reqwest::Client::builder().timeout(PATIENCE).build()?,
            runtime,
        })
    }

    /// Tells of a window's alerts, if there are any
    pub fn tell(&self, service: &Service, job: &ModelDeploymentMonitoringJob, window: &Window) {
        let alerts: Vec<_> = window
            .findings
            .iter()
            .filter(|finding| finding.alert)
            .collect();
        if alerts.is_empty() {
            return;
        }
        for alert in &alerts {
            (service.log)(&format!(
                "alert: {} `{}` of deployed model {}: distance {:.4} exceeds {} ({}, job `{}`)",
                alert.objective.name(),
                alert.feature,
                alert.deployed_model_id,
                alert.distance,
                alert.threshold,
                window.end_time,
                job.display_name,
            ));
        }
        let document = Arc::new(json!({
            "job": job.name,
            "displayName": job.display_name,
            "endpoint": job.endpoint,
            "startTime": window.start_time,
            "endTime": window.end_time,
            "alerts": alerts,
        }));
        let channels = job.model_monitoring_alert_config.iter();
        let channels = channels.flat_map(|config| &config.notification_channels);
        let addresses = channels
            .chain(&self.webhook)
            .filter(|address| is_address(address));
        for address in addresses {
            let (client, address) = (self.client.clone(), address.clone());
            let (document, log) = (document.clone(), service.log.clone());
            self.runtime.spawn(async move {
                for tried in 1..=TRIES {
                    let sent = client.post(&address).json(document.as_ref()).send().await;
                    let reason = match sent {
                        Ok(answer) if answer.status().is_success() => return,
                        Ok(answer) => format!("it answers {}", answer.status()),
                        Err(error) => error.without_url().to_string(),
                    };
                    if tried == TRIES {
                        log(&format!("the webhook of an alert cannot be told: {reason}"));
                    }
                    tokio::time::sleep(Duration::from_secs(u64::from(tried))).await;
                }
            });
        }
    }
}

/// Whether a notification channel is an address on the web
pub fn is_address(channel: &str) -> bool {
    channel.starts_with("http://") || channel.starts_with("https://")
}
