//! Callers of a server: each on a connection of its own, with the same request again and again

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What callers send
#[derive(Debug, Clone)]
pub struct Request {
    /// `127.0.0.1:PORT`
    pub address: String,
    /// The whole request, as it goes over the wire
    pub text: Vec<u8>,
}

/// What callers met
#[derive(Debug, Default)]
pub struct Met {
    /// How long each answer took, in seconds; where callers keep to a schedule, from the time that it was due
    pub seconds: Vec<f64>,
}

impl Request {
    /// A POST of a body
    pub fn post(endpoint: &str, path: &str, body: &str) -> Self {
        let address = endpoint.trim_start_matches("http://").to_owned();
        let text = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Self {
            address,
            text: text.into_bytes(),
        }
    }
}

impl Met {
    /// How long all but a share of the answers took at most, in milliseconds
    pub fn percentile(&mut self, share: f64) -> f64 {
        self.seconds.sort_unstable_by(f64::total_cmp);
        let last = self.seconds.len().saturating_sub(1);
        let at = ((last as f64) * share).round() as usize;
        self.seconds.get(at).copied().unwrap_or(f64::NAN) * 1e3
    }
}

/// Has callers ask for a time: as fast as they are answered, or so many times in a second in sum
///
/// # Errors
/// The server cannot be reached, or refuses
pub fn load(
    request: &Request,
    connections: usize,
    time: Duration,
    rate: Option<f64>,
    end: &AtomicBool,
) -> Result<Met> {
    let interval = rate.map(|rate| Duration::from_secs_f64(connections as f64 / rate));
    let begin = Instant::now();
    let callers: Vec<Result<Met>> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..connections)
            .map(|caller| {
                // the callers' turns are spread over the interval
                let offset = interval.map(|interval| interval * caller as u32 / connections as u32);
                let due = offset.map(|offset| begin + offset).zip(interval);
                scope.spawn(move || call(request, begin + time, due, end))
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| caller.join().unwrap_or_else(|_| bail!("a caller panicked")))
            .collect()
    });
    let mut all = Met::default();
    for caller in callers {
        all.seconds.extend(caller?.seconds);
    }
    Ok(all)
}

fn call(
    request: &Request,
    until: Instant,
    mut schedule: Option<(Instant, Duration)>,
    end: &AtomicBool,
) -> Result<Met> {
    let stream = TcpStream::connect(&request.address).context("the server cannot be reached")?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(1 << 16, stream.try_clone()?);
    let mut writer = stream;
    let mut met = Met::default();
    let mut body = Vec::new();
    while Instant::now() < until && !end.load(Ordering::Relaxed) {
        let mut begun = Instant::now();
        if let Some((due, interval)) = &mut schedule {
            if let Some(wait) = due.checked_duration_since(begun) {
                std::thread::sleep(wait);
            }
            begun = *due;
            *due += *interval;
        }
        writer.write_all(&request.text)?;
        answer(&mut reader, &mut body)?;
        met.seconds.push(begun.elapsed().as_secs_f64());
    }
    Ok(met)
}

fn answer(reader: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> Result<()> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let is_good = line.starts_with("HTTP/1.1 200");
    let mut length = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            bail!("the server hung up");
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse()?;
        }
    }
    body.resize(length, 0);
    reader.read_exact(body)?;
    if !is_good {
        bail!("the server refuses: {}", String::from_utf8_lossy(body));
    }
    Ok(())
}
