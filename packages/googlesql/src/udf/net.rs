//! Network addresses

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Kind::{Blob, Int, Text};
use super::{Answer, Function};

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_ip_from_text",
        parameters: &[Text],
        result: Blob,
        body: |cells| match cells[0].text().parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => Ok(Answer::Blob(address.octets().to_vec())),
            Ok(IpAddr::V6(address)) => Ok(Answer::Blob(address.octets().to_vec())),
            Err(_) => Err(format!("`{}` is no IP address", cells[0].text())),
        },
    },
    Function {
        name: "gs_text_of_ip",
        parameters: &[Blob],
        result: Text,
        body: |cells| Ok(Answer::Text(address(cells[0].bytes())?.to_string())),
    },
    Function {
        name: "gs_ip_net_mask",
        parameters: &[Int, Int],
        result: Blob,
        body: |cells| {
            let length = match cells[0].int() {
                4 => 4,
                16 => 16,
                _ => return Err("an IP address has 4 or 16 bytes".to_owned()),
            };
            Ok(Answer::Blob(masked(&vec![0xff; length], cells[1].int())?))
        },
    },
    Function {
        name: "gs_ip_trunc",
        parameters: &[Blob, Int],
        result: Blob,
        body: |cells| {
            address(cells[0].bytes())?;
            Ok(Answer::Blob(masked(cells[0].bytes(), cells[1].int())?))
        },
    },
    Function {
        name: "gs_ipv4_of_int",
        parameters: &[Int],
        result: Blob,
        body: |cells| {
            let value = cells[0].int();
            let bits = u32::try_from(value)
                .ok()
                .or(i32::try_from(value).ok().map(i32::cast_unsigned));
            match bits {
                Some(bits) => Ok(Answer::Blob(bits.to_be_bytes().to_vec())),
                None => Err(format!("{value} is no IPv4 address")),
            }
        },
    },
    Function {
        name: "gs_int_of_ipv4",
        parameters: &[Blob],
        result: Int,
        body: |cells| match <[u8; 4]>::try_from(cells[0].bytes()) {
            Ok(bytes) => Ok(Answer::Int(i64::from(u32::from_be_bytes(bytes)))),
            Err(_) => Err("an IPv4 address has 4 bytes".to_owned()),
        },
    },
];

fn address(bytes: &[u8]) -> Result<IpAddr, String> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Ok(IpAddr::V4(Ipv4Addr::from(bytes)));
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(bytes) => Ok(IpAddr::V6(Ipv6Addr::from(bytes))),
        Err(_) => Err("an IP address has 4 or 16 bytes".to_owned()),
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
