//! Calls of Google's own crate for Vertex AI to a server on this machine; a line for each, with `ok` or why it failed

mod clients;
mod endpoints;
mod jobs;
mod models;
mod report;

use std::process::ExitCode;

use anyhow::{Result, bail};

use clients::Clients;
use report::Report;

/// Arguments: the server's address, the folder of a model, the folder of another version
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, baseline, transformed] = arguments.as_slice() else {
        bail!("usage: sqlx-rust-client ADDRESS BASELINE TRANSFORMED");
    };
    let clients = Clients::new(address).await?;
    let mut report = Report::default();
    models::register(&clients, &mut report, baseline, transformed).await;
    endpoints::deploy(&clients, &mut report).await;
    endpoints::ask(&clients, &mut report).await;
    jobs::monitor(&clients, &mut report).await;
    jobs::batch(&clients, &mut report, baseline).await;
    jobs::pipeline(&clients, &mut report).await;
    endpoints::undeploy(&clients, &mut report).await;
    models::delete(&clients, &mut report).await;
    Ok(report.exit())
}
