//! The server: HTTP on an address, the service behind it, and its folder

mod discovery;
mod guard;
mod handle;
mod listen;
mod options;

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diagnostic::{Diagnostic, code};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::metrics::Metrics;
use crate::monitor::{Alerts, RequestLog, watch};
use crate::service::{Service, now};
use crate::serving::Serving;
use crate::store::Store;
use discovery::FolderLock;
use guard::Guard;
use handle::Shared;

pub use discovery::{Running, running};
pub use options::{Limits, PORT, ServerOptions};

/// For how long a folder's lock is tried to be taken, since who only looks holds it for a moment
const LOCK: Duration = Duration::from_millis(500);

/// A server that runs
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server; when this returns it answers, in threads of its own
    ///
    /// # Errors
    /// `S001` the address is beyond this machine and there is no token, `S002` a server runs on the folder,
    /// `S003` the address or the folder cannot be used
    pub fn start(options: ServerOptions) -> Result<Self, Diagnostic> {
        if !options.address.ip().is_loopback() && options.token.is_none() {
            return Err(unprotected(options.address));
        }
        fs::create_dir_all(&options.folder).map_err(|error| {
            let folder = options.folder.display();
            not_started(format!("`{folder}` cannot be made: {error}"))
        })?;
        let lock = lock(&options)?;
        let listener = TcpListener::bind(options.address).map_err(|error| {
            not_started(format!(
                "`{}` cannot be listened on: {error}",
                options.address
            ))
            .help("another program may have the port; choose one with `--port`, 0 for any free one")
        })?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = runtime().map_err(failed)?;
        let shared = shared(&options, &runtime)?;
        let running = Running {
            endpoint: format!("http://{}", reachable(address)),
            process: std::process::id(),
            start_time: now(),
            token_required: options.token.is_some(),
        };
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = {
            let _entered = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(failed)?
        };
        discovery::announce(&options.folder, &running).map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("vertex-server".into());
        let thread = thread
            .spawn(move || serve(&options, runtime, listener, &shared, stopped, lock))
            .map_err(failed)?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is asked: `http://127.0.0.1:PORT`
    pub fn endpoint(&self) -> String {
        format!("http://{}", reachable(self.address))
    }

    /// Takes no requests any more, finishes those that go on, and keeps what is to be kept
    pub fn shutdown(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            // a server whose thread has ended needs no word
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn serve(
    options: &ServerOptions,
    runtime: Runtime,
    listener: tokio::net::TcpListener,
    shared: &Arc<Shared>,
    stopped: oneshot::Receiver<()>,
    lock: FolderLock,
) {
    let service = shared.service.clone();
    runtime.spawn(watch(service.clone()));
    runtime.block_on(listen::listen(listener, shared.clone(), stopped));
    service.stopping.store(true, Ordering::SeqCst);
    let end = Instant::now() + options.limits.shutdown;
    while service.going_on.load(Ordering::SeqCst) > 0 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    service.requests.end();
    runtime.shutdown_timeout(Duration::from_secs(1));
    discovery::withdraw(&options.folder);
    drop(lock);
}

fn shared(options: &ServerOptions, runtime: &Runtime) -> Result<Arc<Shared>, Diagnostic> {
    let folder = &options.folder;
    let metrics = Metrics::new().map_err(failed)?;
    let store = Store::open(folder).map_err(failed)?;
    let requests = RequestLog::start(folder, metrics.dropped.clone()).map_err(failed)?;
    let alerts = Alerts::new(options.webhook.clone(), runtime.handle().clone());
    let service = Service {
        store,
        serving: Serving::default(),
        folder: folder.clone(),
        root: options.root.clone(),
        metrics,
        pipelines: options.pipelines.clone(),
        requests,
        alerts: alerts.map_err(failed)?,
        log: options.log.clone(),
        stopping: AtomicBool::new(false),
        going_on: AtomicUsize::new(0),
    };
    service.recover().map_err(failed)?;
    let guard = Guard::new(options.token.clone());
    Ok(Arc::new(Shared::new(
        Arc::new(service),
        guard,
        options.limits,
    )))
}

fn lock(options: &ServerOptions) -> Result<FolderLock, Diagnostic> {
    let end = Instant::now() + LOCK;
    loop {
        if let Some(lock) = discovery::lock(&options.folder).map_err(failed)? {
            return Ok(lock);
        }
        if Instant::now() > end {
            let running = discovery::read(&options.folder).ok().flatten();
            return Err(runs_already(options, running.as_ref()));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn runtime() -> std::io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.min(8))
        .thread_name("vertex-http")
        .enable_all()
        .build()
}

/// An address under which a server that listens on all of them is reached on this machine
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if !ip.is_unspecified() => address,
        ip if ip.is_ipv6() => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, address.port())),
        _ => SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, address.port())),
    }
}

fn unprotected(address: SocketAddr) -> Diagnostic {
    let message = format!(
        "`{}` is reached from beyond this machine, and there is no token",
        address.ip()
    );
    Diagnostic::error(code::SERVER_UNPROTECTED, message)
        .help("give one in `SQLX_RUN_SERVE_TOKEN` or with `--token`, or listen on `127.0.0.1`")
}

fn runs_already(options: &ServerOptions, running: Option<&Running>) -> Diagnostic {
    let folder = options.folder.display();
    let message = match running {
        Some(running) => format!(
            "the process {} serves `{folder}` at {} since {}",
            running.process, running.endpoint, running.start_time
        ),
        None => format!("another process serves `{folder}`"),
    };
    Diagnostic::error(code::SERVER_RUNS, message)
        .help("use that one, end it, or name another folder with `--folder`")
}

fn failed(error: impl std::fmt::Display) -> Diagnostic {
    not_started(error.to_string())
}

fn not_started(message: String) -> Diagnostic {
    Diagnostic::error(code::SERVER_NOT_STARTED, message)
}
