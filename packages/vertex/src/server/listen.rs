//! Connections: taken up to a limit, each answered in a task of its own, and ended in good order

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};

use super::handle::Shared;

/// How long a connection may take to say what it wants, also between two requests
const IDLE: Duration = Duration::from_secs(75);

/// How long is waited after the system gave no connection, such as when there are no files left
const PAUSE: Duration = Duration::from_millis(100);

/// Answers connections until it is to stop; then those that are open, for a while
pub async fn listen(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stopped: oneshot::Receiver<()>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(shared.limits.connections));
    loop {
        let accepted = async {
            let place = room.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            // dropped without a word, it is to stop, too
            _ = &mut stopped => break,
            accepted = accepted => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let connection = connection(stream, shared.clone());
        let connection = graceful.watch(connection);
        let connections = shared.service.metrics.connections.clone();
        tokio::spawn(async move {
            connections.inc();
            // a caller that goes away in the middle is no fault of the server's
            let _ = connection.await;
            connections.dec();
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(shared.limits.shutdown, graceful.shutdown()).await;
}

fn connection(
    stream: TcpStream,
    shared: Arc<Shared>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send {
    // small answers go out at once; where that cannot be had they go out later
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = shared.clone();
        async move { Ok::<_, Infallible>(shared.handle(request).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service)
}
