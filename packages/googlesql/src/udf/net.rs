//! Network addresses and the hosts of URLs

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Kind::{Blob, Bool, Int, Text};
use super::{Answer, Function};

macro_rules! function {
    ($name:literal, [$($kind:ident),*], $result:ident, $body:expr) => {
        Function { name: $name, parameters: &[$($kind),*], result: $result, body: $body }
    };
}

pub const TABLE: &[Function] = &[
    function!("gs_ip_from_text", [Text], Blob, |cells| Ok(Answer::Blob(
        octets(parse(cells[0].text())?)
    ))),
    function!("gs_text_of_ip", [Blob], Text, |cells| Ok(Answer::Text(
        written(address(cells[0].bytes())?)
    ))),
    function!("gs_ip_net_mask", [Int, Int], Blob, |cells| {
        let length = match cells[0].int() {
            4 => 4,
            16 => 16,
            _ => return Err("an IP address has 4 or 16 bytes".to_owned()),
        };
        Ok(Answer::Blob(masked(&vec![0xff; length], cells[1].int())?))
    }),
    function!("gs_ip_trunc", [Blob, Int], Blob, |cells| {
        address(cells[0].bytes())?;
        Ok(Answer::Blob(masked(cells[0].bytes(), cells[1].int())?))
    }),
    function!("gs_ipv4_of_int", [Int], Blob, |cells| {
        Ok(Answer::Blob(ipv4(cells[0].int())?.octets().to_vec()))
    }),
    function!("gs_int_of_ipv4", [Blob], Int, |cells| {
        match <[u8; 4]>::try_from(cells[0].bytes()) {
            Ok(bytes) => Ok(Answer::Int(i64::from(u32::from_be_bytes(bytes)))),
            Err(_) => Err("an IPv4 address has 4 bytes".to_owned()),
        }
    }),
    function!("gs_text_of_ipv4", [Int], Text, |cells| Ok(Answer::Text(
        ipv4(cells[0].int())?.to_string()
    ))),
    function!("gs_ipv4_from_text", [Text], Int, |cells| {
        match parse(cells[0].text())? {
            IpAddr::V4(address) => Ok(Answer::Int(i64::from(u32::from(address)))),
            IpAddr::V6(_) => Err(format!("`{}` is no IPv4 address", cells[0].text())),
        }
    }),
    function!("gs_ip_in_net", [Text, Text], Bool, |cells| {
        let (inner, inner_bits) = network(cells[0].text())?;
        let (outer, outer_bits) = network(cells[1].text())?;
        let (inner, outer) = (octets(inner), octets(outer));
        let within = inner.len() == outer.len()
            && inner_bits >= outer_bits
            && masked(&inner, outer_bits)? == masked(&outer, outer_bits)?;
        Ok(Answer::Bool(within))
    }),
    function!("gs_make_net", [Text, Int], Text, |cells| {
        let (inner, inner_bits) = network(cells[0].text())?;
        let bits = cells[1].int();
        if bits > inner_bits {
            return Err(format!(
                "a network of {bits} bits is none around `{}`",
                cells[0].text()
            ));
        }
        let first = address(&masked(&octets(inner), bits)?)?;
        Ok(Answer::Text(format!("{}/{bits}", written(first))))
    }),
    function!("gs_url_host", [Text], Text, |cells| Ok(
        match host(cells[0].text()) {
            "" => Answer::Null,
            host => Answer::Text(host.to_owned()),
        }
    )),
    function!("gs_url_public_suffix", [Text], Text, |cells| Ok(
        match public_suffix(host(cells[0].text())) {
            Some(suffix) => Answer::Text(suffix.to_owned()),
            None => Answer::Null,
        }
    )),
    function!("gs_url_registered_domain", [Text], Text, |cells| Ok(
        match registered_domain(host(cells[0].text())) {
            Some(domain) => Answer::Text(domain.to_owned()),
            None => Answer::Null,
        }
    )),
];

fn parse(text: &str) -> Result<IpAddr, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no IP address"))
}

/// An address with the bits of its network, all of them where none are written
fn network(text: &str) -> Result<(IpAddr, i64), String> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (parse(address)?, bits.parse().ok()),
        None => {
            let address = parse(text)?;
            (address, Some(octets(address).len() as i64 * 8))
        }
    };
    bits.filter(|bits| (0..=octets(address).len() as i64 * 8).contains(bits))
        .map(|bits| (address, bits))
        .ok_or_else(|| format!("`{text}` is no network"))
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn ipv4(value: i64) -> Result<Ipv4Addr, String> {
    let bits = u32::try_from(value)
        .ok()
        .or(i32::try_from(value).ok().map(i32::cast_unsigned));
    match bits {
        Some(bits) => Ok(Ipv4Addr::from(bits)),
        None => Err(format!("{value} is no IPv4 address")),
    }
}

fn address(bytes: &[u8]) -> Result<IpAddr, String> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Ok(IpAddr::V4(Ipv4Addr::from(bytes)));
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(bytes) => Ok(IpAddr::V6(Ipv6Addr::from(bytes))),
        Err(_) => Err("an IP address has 4 or 16 bytes".to_owned()),
    }
}

/// The usual text; an IPv6 address whose first 96 bits are clear ends in an IPv4 address
fn written(address: IpAddr) -> String {
    match address {
        IpAddr::V6(address) => match address.segments() {
            [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
                let bits = u32::from(high) << 16 | u32::from(low);
                format!("::{}", Ipv4Addr::from(bits))
            }
            _ => address.to_string(),
        },
        IpAddr::V4(address) => address.to_string(),
    }
}

/// The bytes with all bits after the first `bits` cleared
fn masked(bytes: &[u8], bits: i64) -> Result<Vec<u8>, String> {
    let bits = usize::try_from(bits)
        .ok()
        .filter(|bits| *bits <= bytes.len() * 8);
    let Some(bits) = bits else {
        return Err("the prefix length is out of range".to_owned());
    };
    Ok(bytes
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            let kept = bits.saturating_sub(at * 8).min(8);
            let mask = u8::try_from((0xff00_u32 >> kept) & 0xff).unwrap_or(0);
            byte & mask
        })
        .collect())
}

/// The host of a URL or of what looks like one, empty where there is none
///
/// <https://cloud.google.com/bigquery/docs/reference/standard-sql/net_functions#nethost>
fn host(url: &str) -> &str {
    let url = url.trim_matches(|letter: char| letter <= ' ');
    let is_slash = |letter: char| matches!(letter, '/' | '\\');
    // After a scheme and two slashes; a colon that no two slashes follow ends a host
    let scheme = url
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.')))
        .filter(|at| url[*at..].starts_with(':'))
        .map_or("", |at| &url[at + 1..]);
    let slashes = |text: &str| text.len() >= 2 && text.chars().take(2).all(is_slash);
    let rest = match (slashes(scheme), slashes(url)) {
        (true, _) => &scheme[2..],
        (false, true) => &url[2..],
        (false, false) => url,
    };
    let end = rest
        .find(|letter: char| is_slash(letter) || matches!(letter, '?' | '#'))
        .unwrap_or(rest.len());
    let authority = &rest[..end];
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match (authority.starts_with('['), authority.find(']')) {
        (true, Some(at)) => &authority[..=at],
        (true, None) => authority,
        (false, _) => authority
            .split_once(':')
            .map_or(authority, |(host, _)| host),
    };
    host.trim_start_matches('.')
}

/// The public suffix that ends a host: ICANN's, not a company's
fn public_suffix(host: &str) -> Option<&str> {
    let whole = host.strip_suffix(['.', '\u{3002}']).unwrap_or(host);
    if whole.is_empty() || whole.starts_with('[') || whole.contains("..") {
        return None;
    }
    if whole.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    let lower = whole.to_lowercase().replace('\u{3002}', ".");
    let mut rest = lower.as_str();
    let labels = loop {
        let suffix = psl::suffix(rest.as_bytes())?;
        match suffix.typ() {
            Some(psl::Type::Private) => {
                let text = std::str::from_utf8(suffix.as_bytes()).ok()?;
                rest = text.split_once('.')?.1;
            }
            Some(psl::Type::Icann) => break label_count(suffix.as_bytes()),
            None => return None,
        }
    };
    last_labels(host, labels)
}

/// The public suffix with one label before it
fn registered_domain(host: &str) -> Option<&str> {
    let suffix = public_suffix(host)?;
    last_labels(
        host,
        label_count(suffix.trim_end_matches('.').as_bytes()) + 1,
    )
}

fn label_count(suffix: &[u8]) -> usize {
    suffix.iter().filter(|byte| **byte == b'.').count() + 1
}

/// The end of a host from its last so many labels on; `None` where it has fewer
fn last_labels(host: &str, labels: usize) -> Option<&str> {
    let whole = host.trim_end_matches(['.', '\u{3002}']);
    let mut start = whole.len();
    for _ in 0..labels {
        if start == 0 {
            return None;
        }
        let before = match start == whole.len() {
            true => whole,
            false => &whole[..start],
        };
        let before = before.strip_suffix(['.', '\u{3002}']).unwrap_or(before);
        start = before
            .char_indices()
            .rev()
            .find(|(_, letter)| matches!(letter, '.' | '\u{3002}'))
            .map_or(0, |(at, letter)| at + letter.len_utf8());
    }
    Some(&host[start..])
}
