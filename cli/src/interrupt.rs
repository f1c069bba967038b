//! Ctrl-C and its like: once asks the run to stop, twice ends the program

use crate::exit;
use crate::printer::Printer;

/// Ends when the user presses Ctrl-C, or the system asks the process to end; from then on the same
/// ends the program at once
pub async fn interrupted(printer: &Printer) {
    signalled().await;
    printer.note("stopping what runs; Ctrl-C again ends at once");
    tokio::spawn(async {
        signalled().await;
        std::process::exit(exit::INTERRUPTED.into());
    });
}

async fn signalled() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // without a handler nothing can be caught, and the default action ends the process
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = ctrl_c => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    ctrl_c.await;
}
