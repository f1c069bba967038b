//! Writes events: `cargo run --example events -- USERS DAYS SEED OUT.parquet`

use std::path::Path;

use simulate::{SimulateOptions, simulate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [users, days, seed, out] = arguments.as_slice() else {
        return Err("usage: events USERS DAYS SEED OUT.parquet".into());
    };
    let options = SimulateOptions {
        users: users.parse()?,
        days: days.parse()?,
        seed: seed.parse()?,
    };
    println!("{:?}", simulate(&options, Path::new(out))?);
    Ok(())
}
