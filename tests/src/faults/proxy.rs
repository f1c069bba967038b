//! A server that hands requests on to another, and fails with some of them

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How a request fails
#[derive(Debug, Clone, Copy)]
pub enum Failure {
    /// It is answered with this status and reason
    Status(u16, &'static str),
    /// It is handed on, but its answer is lost with the connection
    AnswerLost,
    /// The connection is reset before the request is read
    Reset,
    /// Nobody answers
    Hang,
}

/// A running proxy; its threads end with the process
pub struct Proxy {
    /// Its address, `http://127.0.0.1:PORT`
    pub endpoint: String,
    failed: Arc<AtomicU64>,
}

/// The longest that a request hangs
const HANG: Duration = Duration::from_secs(300);

impl Proxy {
    /// Begins to hand on requests to `target` (`http://HOST:PORT`); `fails` says of each by its number, from 1
    ///
    /// # Errors
    /// No port is free
    pub fn start(
        target: &str,
        fails: impl Fn(u64) -> Option<Failure> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let target = target.trim_start_matches("http://").to_owned();
        let failed = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&failed);
        let number = AtomicU64::new(0);
        let fails = Arc::new(fails);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let number = number.fetch_add(1, Ordering::Relaxed) + 1;
                let failure = fails(number);
                if failure.is_some() {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
                let target = target.clone();
                // a client that goes away is no fault of this one
                thread::spawn(move || serve(client, &target, failure));
            }
        });
        Ok(Self { endpoint, failed })
    }

    /// How many requests have failed
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}

/// One request on a connection of its own
fn serve(mut client: TcpStream, target: &str, failure: Option<Failure>) -> io::Result<()> {
    if let Some(Failure::Reset) = failure {
        // what was sent and not read makes the system reset the connection
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        return Ok(());
    }
    let request = read_request(&client)?;
    match failure {
        Some(Failure::Status(status, reason)) => {
            let body = format!(
                r#"{{"error":{{"code":{status},"message":"disturbed","errors":[{{"reason":"{reason}","message":"disturbed"}}]}}}}"#
            );
            write!(
                client,
                "HTTP/1.1 {status} Disturbed\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            )
        }
        Some(Failure::Hang) => {
            thread::sleep(HANG);
            Ok(())
        }
        _ => {
            let mut server = TcpStream::connect(target)?;
            server.write_all(&request)?;
            let mut answer = Vec::new();
            server.read_to_end(&mut answer)?;
            if failure.is_none() {
                client.write_all(&answer)?;
            }
            client.shutdown(Shutdown::Both)
        }
    }
}

/// A request's bytes, with the wish that the connection ends after the answer
fn read_request(client: &TcpStream) -> io::Result<Vec<u8>> {
    let mut reader = BufReader::new(client);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if lower.starts_with("connection:") {
            continue;
        }
        if line == "\r\n" {
            head.push_str("connection: close\r\n\r\n");
            break;
        }
        head.push_str(&line);
    }
    let mut request = head.into_bytes();
    let begin = request.len();
    request.resize(begin + length, 0);
    reader.read_exact(&mut request[begin..])?;
    Ok(request)
}
