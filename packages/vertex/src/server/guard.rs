//! Who may ask: who shows the token; without one, programs of this machine, but no page in its browser

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST, ORIGIN};

use crate::failure::{Code, Failure};

/// Who may ask
#[derive(Debug, Clone)]
pub struct Guard {
    token: Option<String>,
}

impl Guard {
    /// Asks for a token, or without one for callers on this machine
    pub fn new(token: Option<String>) -> Self {
        Self { token }
    }

    /// Whether a request may be answered
    ///
    /// # Errors
    /// It may not
    pub fn check(&self, head: &HeaderMap) -> Result<(), Failure> {
        let Some(token) = &self.token else {
            return check_local(head);
        };
        let shown = head
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        match shown {
            Some(shown) if is_same(shown.trim().as_bytes(), token.as_bytes()) => Ok(()),
            Some(_) => Err(Failure::new(
                Code::Unauthenticated,
                "the token is not the one that the server was started with",
            )),
            None => Err(Failure::new(
                Code::Unauthenticated,
                "a token is required: send `Authorization: Bearer TOKEN`",
            )),
        }
    }
}

/// A page of the web can have a browser send requests to this machine, under a name of its own or with its origin
fn check_local(head: &HeaderMap) -> Result<(), Failure> {
    let denied = |what: &str| {
        let message =
            format!("{what}; a server without a token answers programs of this machine only");
        Err(Failure::new(Code::PermissionDenied, message))
    };
    if let Some(host) = head.get(HOST).and_then(|host| host.to_str().ok())
        && !is_local(host)
    {
        return denied(&format!("the request is for `{host}`"));
    }
    if let Some(origin) = head.get(ORIGIN) {
        let origin = origin.to_str().unwrap_or("");
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        if !is_local(host) {
            return denied(&format!("the request comes from the page `{origin}`"));
        }
    }
    Ok(())
}

/// Whether a host, perhaps with a port, is this machine
fn is_local(host: &str) -> bool {
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => {
            name.eq_ignore_ascii_case("localhost")
                || name.to_ascii_lowercase().ends_with(".localhost")
        }
    }
}

/// Compares in a time that tells nothing of where two texts differ
fn is_same(left: &[u8], right: &[u8]) -> bool {
    let mut differences = left.len() ^ right.len();
    for (at, byte) in left.iter().enumerate() {
        differences |= usize::from(byte ^ right.get(at).copied().unwrap_or(0));
    }
    differences == 0
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn head(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn without_a_token_only_programs_of_this_machine_are_answered() {
        let guard = Guard::new(None);
        for (name, value, expected) in [
            (HOST, "127.0.0.1:8787", true),
            (HOST, "localhost", true),
            (HOST, "[::1]:8787", true),
            (HOST, "evil.example:8787", false),
            (HOST, "127.0.0.1.evil.example", false),
            (ORIGIN, "http://localhost:3000", true),
            (ORIGIN, "https://evil.example", false),
            (ORIGIN, "null", false),
        ] {
            assert_eq!(guard.check(&head(name, value)).is_ok(), expected, "{value}");
        }
    }

    #[test]
    fn a_token_must_be_the_whole_one() {
        let guard = Guard::new(Some("secret".into()));
        for (value, expected) in [
            ("Bearer secret", true),
            ("Bearer secre", false),
            ("Bearer secrets", false),
            ("secret", false),
        ] {
            assert_eq!(
                guard.check(&head(AUTHORIZATION, value)).is_ok(),
                expected,
                "{value}"
            );
        }
        assert!(guard.check(&HeaderMap::new()).is_err());
    }
}
