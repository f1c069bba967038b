//! What is counted, in the text form that Prometheus reads

use prometheus::{
    GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts,
    Registry, TextEncoder,
};

/// What is counted of the whole server
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    deployed_requests: IntCounterVec,
    predictions: IntCounterVec,
    failures: IntCounterVec,
    prediction_seconds: HistogramVec,
    distances: GaugeVec,
    alerts: IntCounterVec,
    /// Requests that are being answered
    pub in_flight: IntGauge,
    /// Connections that are open
    pub connections: IntGauge,
    /// Requests that were to be kept for monitoring, and were not, since the disk was too slow
    pub dropped: IntCounter,
}

/// What is counted of a deployed model
#[derive(Debug, Clone)]
pub struct DeployedMetrics {
    /// Requests
    pub requests: IntCounter,
    /// Instances that got a prediction
    pub predictions: IntCounter,
    /// Requests that were refused
    pub failures: IntCounter,
    /// Seconds for each request
    pub seconds: Histogram,
}

/// Seconds up to which requests are counted together
const SECONDS: [f64; 13] = [
    0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 10.0,
];

impl Metrics {
    /// Nothing counted yet
    ///
    /// # Errors
    /// Two have one name, which is a fault here
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new_custom(Some("sqlx_run".into()), None)?;
        let counters = |name, help, labels: &[&str]| {
            let counters = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counters.clone()))?;
            Ok::<_, prometheus::Error>(counters)
        };
        let histograms = |name, help, labels: &[&str]| {
            let options = HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
            let histograms = HistogramVec::new(options, labels)?;
            registry.register(Box::new(histograms.clone()))?;
            Ok::<_, prometheus::Error>(histograms)
        };
        let model = ["endpoint", "deployed_model"];
        let gauge = |name, help| {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let dropped = IntCounter::new(
            "request_log_dropped_total",
            "Requests that were to be kept for monitoring and were not",
        )?;
        registry.register(Box::new(dropped.clone()))?;
        let distances = GaugeVec::new(
            Opts::new(
                "monitoring_distance",
                "Distance of a feature's requests to training data or the window before, at the last look",
            ),
            &["job", "deployed_model", "feature", "objective"],
        )?;
        registry.register(Box::new(distances.clone()))?;
        Ok(Self {
            requests: counters("requests_total", "Requests by status", &["method", "code"])?,
            seconds: histograms("request_seconds", "Time of requests", &["method"])?,
            deployed_requests: counters(
                "deployed_model_requests_total",
                "Requests that a deployed model got",
                &model,
            )?,
            predictions: counters(
                "predictions_total",
                "Instances that got a prediction",
                &model,
            )?,
            failures: counters(
                "prediction_failures_total",
                "Requests for predictions that were refused",
                &model,
            )?,
            prediction_seconds: histograms("prediction_seconds", "Time of predictions", &model)?,
            alerts: counters(
                "monitoring_alerts_total",
                "Distances that exceeded their threshold",
                &["job", "objective"],
            )?,
            in_flight: gauge("requests_in_flight", "Requests that are being answered")?,
            connections: gauge("connections", "Connections that are open")?,
            distances,
            dropped,
            registry,
        })
    }

    /// Counts a request that was answered
    pub fn answered(&self, method: &str, code: u16, seconds: f64) {
        let mut digits = [0; 3];
        let code = three_digits(code, &mut digits);
        self.requests.with_label_values(&[method, code]).inc();
        self.seconds.with_label_values(&[method]).observe(seconds);
    }

    /// What is counted of a deployed model
    pub fn deployed(&self, endpoint: &str, id: &str) -> DeployedMetrics {
        let labels = [endpoint, id];
        DeployedMetrics {
            requests: self.deployed_requests.with_label_values(&labels),
            predictions: self.predictions.with_label_values(&labels),
            failures: self.failures.with_label_values(&labels),
            seconds: self.prediction_seconds.with_label_values(&labels),
        }
    }

    /// Notes how far a feature is off, and whether that is too far
    pub fn distance(&self, labels: [&str; 4], distance: f64, alert: bool) {
        self.distances.with_label_values(&labels).set(distance);
        if alert {
            let [job, _, _, objective] = labels;
            self.alerts.with_label_values(&[job, objective]).inc();
        }
    }

    /// Everything that is counted
    ///
    /// # Errors
    /// A fault of the library
    pub fn text(&self) -> prometheus::Result<String> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

fn three_digits(code: u16, digits: &mut [u8; 3]) -> &str {
    let mut rest = code;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    std::str::from_utf8(digits).unwrap_or("000")
}
