//! The server on this machine: the one that runs for the project, or one of this process for the time of the run

use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, code};
use vertex::client::{Failure, Identity};
use vertex::server::{Server, ServerOptions, running};

use crate::settings::EnvironmentVariables;

/// Where a project's server keeps what it knows
fn state(folder: &Path) -> PathBuf {
    folder.join(".sqlx-run").join("vertex")
}

/// Whether a server has ever kept something for the project
pub fn has_state(folder: &Path) -> bool {
    state(folder).is_dir()
}

/// The address of the server that runs and who asks it, or a server that is started; it ends when it is dropped
///
/// # Errors
/// The server wants a token that is not there, or none can be started
pub fn find_or_start(folder: &Path) -> Result<(String, Identity, Option<Server>), Failure> {
    let state = state(folder);
    let found = running(&state).map_err(|error| {
        Failure::new(
            code::VERTEX_UNREACHABLE,
            format!("`{}` cannot be read: {error}", state.display()),
        )
    })?;
    let Some(found) = found else {
        let root = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let server = Server::start(ServerOptions::new(state, root)).map_err(as_failure)?;
        return Ok((server.endpoint(), Identity::Nobody, Some(server)));
    };
    if !found.token_required {
        return Ok((found.endpoint, Identity::Nobody, None));
    }
    match EnvironmentVariables::read(EnvironmentVariables::SERVE_TOKEN) {
        Some(token) => Ok((found.endpoint, Identity::Token(token), None)),
        None => Err(Failure::new(
            code::VERTEX_REFUSED,
            format!("the server at {} wants a token", found.endpoint),
        )
        .help(format!(
            "give it in the environment variable `{}`",
            EnvironmentVariables::SERVE_TOKEN
        ))),
    }
}

fn as_failure(failure: Diagnostic) -> Failure {
    Failure {
        help: failure.help,
        ..Failure::new(failure.code, failure.message)
    }
}
