//! The requests that are kept: a folder for each endpoint, a file for each hour, a line for each instance

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use prometheus::IntCounter;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::serving::ServedEndpoint;

/// The folder in the server's folder
const FOLDER: &str = "requests";

/// How many requests, and how many bytes of them, may wait for the disk
const WAITING: usize = 4_096;
const WAITING_BYTES: usize = 64 << 20;

/// How many bytes of an endpoint's requests are kept
const KEPT_BYTES: u64 = 1 << 30;

/// How often what was written is handed to the system
const FLUSH: Duration = Duration::from_millis(500);

/// A line of the files
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Milliseconds since 1970
    pub time: i64,
    /// Which model answered
    pub deployed_model_id: String,
    /// What it was asked
    pub instance: Value,
    /// What it answered
    pub prediction: Value,
}

/// Takes requests from those who answer them, and writes them in a thread of its own
pub struct RequestLog {
    folder: PathBuf,
    sender: SyncSender<Message>,
    waiting: Arc<AtomicUsize>,
    dropped: IntCounter,
    writer: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Kept {
        endpoint: Arc<str>,
        model: String,
        time: i64,
        instances: Vec<Value>,
        predictions: Vec<Value>,
        size: usize,
    },
    Flush(SyncSender<()>),
    End,
}

impl RequestLog {
    /// Begins to take requests; `dropped` counts those that the disk is too slow for
    ///
    /// # Errors
    /// The system gives no thread
    pub fn start(folder: &Path, dropped: IntCounter) -> io::Result<Self> {
        let folder = folder.join(FOLDER);
        let (sender, receiver) = sync_channel(WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let files = Files {
            folder: folder.clone(),
            open: None,
        };
        let written = waiting.clone();
        let thread = std::thread::Builder::new().name("vertex-requests".into());
        let writer = thread.spawn(move || write(files, &receiver, &written))?;
        Ok(Self {
            folder,
            sender,
            waiting,
            dropped,
            writer: Mutex::new(Some(writer)),
        })
    }

    /// Keeps a request, if it is among those that are to be kept
    pub fn offer(
        &self,
        endpoint: &ServedEndpoint,
        model: &str,
        instances: Vec<Value>,
        predictions: Vec<Value>,
        size: usize,
    ) {
        if endpoint.sampling < 1.0 && rand::random::<f64>() >= endpoint.sampling {
            return;
        }
        if self.waiting.fetch_add(size, Ordering::Relaxed) > WAITING_BYTES {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
            self.dropped.inc();
            return;
        }
        let message = Message::Kept {
            endpoint: endpoint.log.clone(),
            model: model.to_owned(),
            time: Timestamp::now().as_millisecond(),
            instances,
            predictions,
            size,
        };
        if self.sender.try_send(message).is_err() {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
            self.dropped.inc();
        }
    }

    /// Waits until all that was offered stands in the files
    pub fn flush(&self) {
        let (done, heard) = sync_channel(1);
        if self.sender.send(Message::Flush(done)).is_ok() {
            // the writer ends only when the server does
            let _ = heard.recv();
        }
    }

    /// Writes what was offered, and takes nothing any more
    pub fn end(&self) {
        // where the writer has ended already, there is nobody to tell
        let _ = self.sender.send(Message::End);
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }

    /// Gives each line of an endpoint between two times (milliseconds, the end not included)
    ///
    /// # Errors
    /// A file cannot be read
    pub fn read(
        &self,
        endpoint: &str,
        begin: i64,
        end: i64,
        take: &mut dyn FnMut(Line),
    ) -> io::Result<()> {
        for (path, _) in files(&self.folder.join(log_name(endpoint)))? {
            let Some(hour) = hour_of(&path) else { continue };
            if hour + HOUR <= begin || hour >= end {
                continue;
            }
            for line in BufReader::new(File::open(&path)?).lines() {
                // a process that was killed may have left half a line
                let Ok(line) = serde_json::from_str::<Line>(&line?) else {
                    continue;
                };
                if (begin..end).contains(&line.time) {
                    take(line);
                }
            }
        }
        Ok(())
    }

    /// Removes an endpoint's requests
    ///
    /// # Errors
    /// A file cannot be removed
    pub fn remove(&self, endpoint: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.folder.join(log_name(endpoint))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The folder of an endpoint's requests
pub fn log_name(endpoint: &str) -> String {
    endpoint.replace('/', "~")
}

const HOUR: i64 = 3_600_000;

/// When a file's hour begins, in milliseconds
fn hour_of(path: &Path) -> Option<i64> {
    let hours: i64 = path.file_stem()?.to_str()?.parse().ok()?;
    Some(hours * HOUR)
}

/// The files of a folder with their lengths, the oldest first
fn files(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        files.push((entry.path(), entry.metadata()?.len()));
    }
    files.sort();
    Ok(files)
}

struct Files {
    folder: PathBuf,
    open: Option<(PathBuf, BufWriter<File>)>,
}

impl Files {
    fn write(&mut self, endpoint: &str, line: &Line) -> io::Result<()> {
        let path = self
            .folder
            .join(endpoint)
            .join(format!("{:09}.jsonl", line.time / HOUR));
        let mut open = match self.open.take() {
            Some((open, writer)) if open == path => writer,
            before => {
                if let Some((_, mut writer)) = before {
                    writer.flush()?;
                }
                open(&path)?
            }
        };
        serde_json::to_writer(&mut open, line)?;
        open.write_all(b"\n")?;
        self.open = Some((path, open));
        Ok(())
    }

    fn flush(&mut self) {
        if let Some((_, writer)) = &mut self.open {
            // what cannot be written is lost; the next write fails, too, and is counted
            let _ = writer.flush();
        }
    }
}

/// Opens an hour's file, after the oldest ones went that are too much
fn open(path: &Path) -> io::Result<BufWriter<File>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
        let files = files(folder)?;
        let mut all: u64 = files.iter().map(|(_, length)| length).sum();
        for (path, length) in files {
            if all <= KEPT_BYTES {
                break;
            }
            fs::remove_file(path)?;
            all -= length;
        }
    }
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    Ok(BufWriter::with_capacity(1 << 16, file))
}

fn write(mut files: Files, receiver: &Receiver<Message>, waiting: &AtomicUsize) {
    loop {
        match receiver.recv_timeout(FLUSH) {
            Ok(Message::Kept {
                endpoint,
                model,
                time,
                instances,
                predictions,
                size,
            }) => {
                for (instance, prediction) in instances.into_iter().zip(predictions) {
                    let line = Line {
                        time,
                        deployed_model_id: model.clone(),
                        instance,
                        prediction,
                    };
                    // a full disk must not end the answering
                    let _ = files.write(&endpoint, &line);
                }
                waiting.fetch_sub(size, Ordering::Relaxed);
            }
            Ok(Message::Flush(done)) => {
                files.flush();
                let _ = done.send(());
            }
            Err(RecvTimeoutError::Timeout) => files.flush(),
            Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => {
                files.flush();
                return;
            }
        }
    }
}
