//! `serve`: models on this machine, as Vertex AI serves them

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diagnostic::{Diagnostic, code};
use serde_json::json;
use sqlx_runtime::{EnvironmentVariables, WarehouseTables};
use vertex::client::Identity;
use vertex::pipeline::LocalPipelines;
use vertex::server::{Limits, Server, ServerOptions};

use crate::arguments::{GlobalArguments, ServeArguments};
use crate::exit;
use crate::interrupt::interrupted;
use crate::printer::Printer;
use crate::project::{Missing, Project, check, root, vertex_folder};

/// Serves until it is interrupted
pub fn serve(global: &GlobalArguments, arguments: &ServeArguments, printer: &Printer) -> u8 {
    match serve_until_interrupted(global, arguments, printer) {
        Ok(()) => exit::OK,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

fn serve_until_interrupted(
    global: &GlobalArguments,
    arguments: &ServeArguments,
    printer: &Printer,
) -> Result<(), Diagnostic> {
    let root = root(global);
    let options = options(global, &root, arguments)?;
    let server = Server::start(options)?;
    if printer.is_json() {
        let process = std::process::id();
        printer.json(&json!({ "endpoint": server.endpoint(), "process": process }));
    } else {
        printer.note(&format!(
            "serving {}/v1/projects/PROJECT/locations/LOCATION/…; Ctrl-C ends it",
            server.endpoint()
        ));
    }
    let waiting = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            let message = format!("the system gives no resources: {error}");
            Diagnostic::error(code::SERVER_NOT_STARTED, message)
        })?;
    waiting.block_on(interrupted(printer));
    server.shutdown();
    printer.note("ended");
    Ok(())
}

fn options(
    global: &GlobalArguments,
    root: &Path,
    arguments: &ServeArguments,
) -> Result<ServerOptions, Diagnostic> {
    let folder = folder(root, arguments.folder.as_deref())?;
    let variable = EnvironmentVariables::read(EnvironmentVariables::SERVE_TOKEN);
    let token = arguments.token.clone().or(variable);
    let limits = Limits {
        body: usize::try_from(arguments.max_body).unwrap_or(1) << 20,
        time: Duration::from_secs(arguments.request_timeout.into()),
        requests: usize::try_from(arguments.max_requests).unwrap_or(usize::MAX >> 4),
        ..Limits::default()
    };
    Ok(ServerOptions {
        address: SocketAddr::new(arguments.host, arguments.port),
        token: token.clone(),
        limits,
        webhook: arguments.webhook.clone(),
        pipelines: Some(Arc::new(pipelines(global, root, &folder, token.as_ref()))),
        log: Arc::new(|line| {
            use std::io::Write;
            // nothing is left to say it to when standard error is closed
            let _ = writeln!(std::io::stderr(), "{line}");
        }),
        ..ServerOptions::new(folder, root.to_owned())
    })
}

/// Runs pipelines: the warehouse is open only while one runs, so that runs come in between
fn pipelines(
    global: &GlobalArguments,
    root: &Path,
    folder: &Path,
    token: Option<&String>,
) -> LocalPipelines {
    let global = GlobalArguments {
        embedded: true,
        ..global.clone()
    };
    let (root, folder) = (root.to_owned(), folder.to_owned());
    LocalPipelines {
        tables: Box::new(move || {
            let project = Project::compile(&global, root.clone());
            let opened = project.and_then(|project| project.open_warehouse(&global, Missing::Make));
            let warehouse = opened.map_err(|failure| failure.message)?;
            Ok(Arc::new(WarehouseTables(warehouse)))
        }),
        server: Box::new(move || {
            let running = vertex::server::running(&folder).map_err(|error| error.to_string())?;
            let running = running.ok_or("the server has ended")?;
            Ok(running.endpoint)
        }),
        identity: token.cloned().map_or(Identity::Nobody, Identity::Token),
    }
}

/// The folder of the server's state: one that is named, or the project's
///
/// # Errors
/// None is named, and there is no project
pub fn folder(root: &Path, named: Option<&Path>) -> Result<PathBuf, Diagnostic> {
    match named {
        Some(folder) => Ok(folder.to_owned()),
        None => {
            check(root)?;
            Ok(vertex_folder(root))
        }
    }
}
