//! `serve`

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;

pub const SERVE_HELP: &str = "\
Without a token, programs of this machine are answered, and no page of a browser's. Ctrl-C or SIGTERM ends
the server when the requests that go on are answered; all that it keeps survives a kill, too.
docs/serve.md lists what is served, and how Google's clients are pointed at it.";

#[derive(Debug, Clone, Args)]
pub struct ServeArguments {
    /// Listen on this address; one beyond this machine needs a token
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Listen on this port; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = vertex::server::PORT)]
    pub port: u16,
    /// Keep models, endpoints and requests in this folder [default: .sqlx-run/vertex in the project]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Answer only who shows this token; better in `SQLX_RUN_SERVE_TOKEN`, as others see a command line
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Send alerts of monitoring to this address, as JSON
    #[arg(long, value_name = "URL")]
    pub webhook: Option<String>,
    /// How large a request may be
    #[arg(long, value_name = "MB", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub max_body: u32,
    /// How long a request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub request_timeout: u32,
    /// How many requests are answered at once
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_requests: u32,
}
