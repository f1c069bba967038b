//! The statements of one action, a job each

use std::sync::{Arc, mpsc};

use google_cloud_bigquery_v2::model::Job;
use tokio::sync::watch;

use super::client::{Client, lost};
use super::job::{self, Request};
use super::outcome::{outcomes, statistics};
use super::state::States;
use crate::warehouse::{
    Interrupt, Outcome, Progress, Session, SessionContext, SqlError, Statistics,
};

/// The statements of one action
pub struct BigQuerySession {
    client: Arc<Client>,
    states: Arc<States>,
    context: SessionContext,
    /// How many statements there were
    number: u32,
    statistics: Statistics,
    stop: Arc<Stop>,
}

enum Message {
    Progress(String),
    Done(Box<Result<(Job, Vec<Outcome>), SqlError>>),
}

impl BigQuerySession {
    /// No statement yet
    pub fn new(client: Arc<Client>, states: Arc<States>, context: SessionContext) -> Self {
        Self {
            client,
            states,
            context,
            number: 0,
            statistics: Statistics::default(),
            stop: Arc::new(Stop(watch::Sender::new(false))),
        }
    }

    fn run(
        &mut self,
        script: &str,
        rows: bool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        self.number += 1;
        let request = Request {
            ids: job::ids(&self.context, self.number),
            script: script.to_owned(),
            labels: job::labels(
                &[&self.client.options.labels, &self.context.labels],
                &self.context,
            ),
            rows,
        };
        let (sender, receiver) = mpsc::channel();
        let client = Arc::clone(&self.client);
        let stop = self.stop.0.subscribe();
        self.client.begin(async move {
            let news = sender.clone();
            // whoever waits no longer needs neither news nor the end
            let tell = move |message| {
                let _ = news.send(Message::Progress(message));
            };
            let done = Box::pin(work(client, request, stop, tell)).await;
            let _ = sender.send(Message::Done(Box::new(done)));
        });
        loop {
            match receiver.recv() {
                Ok(Message::Progress(message)) => progress(Progress { message }),
                Ok(Message::Done(done)) => {
                    let (job, outcomes) = (*done)?;
                    self.statistics.add(&statistics(&job));
                    self.states.forget(&job);
                    return Ok(outcomes);
                }
                Err(_) => return Err(lost()),
            }
        }
    }
}

async fn work(
    client: Arc<Client>,
    request: Request,
    stop: watch::Receiver<bool>,
    tell: impl Fn(String),
) -> Result<(Job, Vec<Outcome>), SqlError> {
    let rows = request.rows;
    let finished = Box::pin(job::run(Arc::clone(&client), request, stop, tell)).await?;
    let job = finished.job.clone();
    Ok((job, Box::pin(outcomes(&client, finished, rows)).await?))
}

impl Session for BigQuerySession {
    fn execute(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        self.run(script, true, progress)
    }

    /// BigQuery makes each statement's work visible at once; what is built comes last of what can fail
    fn execute_together(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        self.run(script, false, progress)
    }

    fn statistics(&self) -> Statistics {
        self.statistics.clone()
    }

    fn interrupt_handle(&self) -> Arc<dyn Interrupt> {
        Arc::clone(&self.stop) as Arc<dyn Interrupt>
    }
}

struct Stop(watch::Sender<bool>);

impl Interrupt for Stop {
    fn interrupt(&self) {
        self.0.send_replace(true);
    }
}
