//! Bytes and dollars as people read them

use sqlx_runtime::warehouse::Statistics;

const TIB: f64 = (1_u64 << 40) as f64;

/// Such as `1.5 GiB read, 1.5 GiB billed, about $0.01`; nothing where the engine tells nothing
pub fn usage(statistics: &Statistics, price_per_tib: f64) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(read) = statistics.bytes_processed {
        parts.push(format!("{} read", bytes(read)));
    }
    if let Some(billed) = statistics.bytes_billed {
        parts.push(format!("{} billed", bytes(billed)));
        parts.push(format!(
            "about {}",
            dollars(billed as f64 / TIB * price_per_tib)
        ));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Binary units, as BigQuery's prices are
pub fn bytes(number: u64) -> String {
    let mut rest = number as f64;
    let mut units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    for larger in units {
        if rest < 1024.0 {
            break;
        }
        rest /= 1024.0;
        unit = larger;
    }
    match unit {
        "B" => format!("{number} B"),
        _ => format!("{rest:.1} {unit}"),
    }
}

fn dollars(number: f64) -> String {
    match number {
        0.0 => "$0.00".to_owned(),
        number if number < 0.01 => "$0.01 or less".to_owned(),
        number => format!("${number:.2}"),
    }
}
