//! A request to the service: which version of the interface, the resource, the verb behind `:`, query and body

use std::collections::BTreeMap;

use http::Method;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::failure::{Code, Failure};
use crate::resource::{Parent, ResourceName};

/// A version of the interface
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// `v1`; and `ui`, under which Google's clients ask for operations
    V1,
    /// `v1beta1`
    V1Beta1,
}

impl Api {
    /// The name of a message of this version, as `@type` has it
    pub fn message(self, name: &str) -> String {
        let version = match self {
            Self::V1 => "v1",
            Self::V1Beta1 => "v1beta1",
        };
        format!("type.googleapis.com/google.cloud.aiplatform.{version}.{name}")
    }
}

/// A request
#[derive(Debug)]
pub struct Call<'a> {
    /// GET, POST, PATCH or DELETE
    pub method: Method,
    /// The version of the interface
    pub api: Api,
    /// Where the resource lives
    pub parent: Parent,
    /// What stands behind the location: collection, id, collection, …
    pub segments: Vec<String>,
    /// What stands behind the last `:`
    pub verb: Option<String>,
    /// The query's parameters, in camelCase
    pub query: BTreeMap<String, String>,
    /// The body
    pub body: &'a [u8],
}

impl<'a> Call<'a> {
    /// Reads a request
    ///
    /// # Errors
    /// The path is none of the interface, which is an error for what is not found
    pub fn read(
        method: Method,
        path: &str,
        query: Option<&str>,
        body: &'a [u8],
    ) -> Result<Self, Failure> {
        let unknown = || {
            let message = format!(
                "there is nothing at `{path}`; paths begin with `/v1/projects/PROJECT/locations/LOCATION/`"
            );
            Failure::new(Code::NotFound, message)
        };
        let mut encoded = path.trim_matches('/').split('/');
        let api = match encoded.next() {
            Some("v1" | "ui") => Api::V1,
            Some("v1beta1") => Api::V1Beta1,
            _ => return Err(unknown()),
        };
        // each part is decoded for itself, so that an encoded slash separates nothing
        let mut segments = encoded
            .map(|part| percent_decode_str(part).decode_utf8().map(Into::into))
            .collect::<Result<Vec<String>, _>>()
            .map_err(|_| unknown())?;
        let verb = segments.last_mut().and_then(|last| {
            let (rest, verb) = last.rsplit_once(':')?;
            let verb = verb.to_owned();
            *last = rest.to_owned();
            Some(verb)
        });
        if segments.len() < 5 {
            return Err(unknown());
        }
        let rest = segments.split_off(4);
        let parent = Parent::parse(&segments.join("/")).ok_or_else(unknown)?;
        check_name(&parent.project).map_err(|_| unknown())?;
        check_name(&parent.location).map_err(|_| unknown())?;
        if rest.iter().any(|part| check_name(part).is_err()) {
            return Err(unknown());
        }
        Ok(Self {
            method,
            api,
            parent,
            segments: rest,
            verb,
            query: parameters(query.unwrap_or_default()),
            body,
        })
    }

    /// The resource that is named, of those directly in a location
    pub fn name(&self) -> Option<ResourceName> {
        match self.segments.as_slice() {
            [collection, id] => ResourceName::parse(&format!("{}/{collection}/{id}", self.parent)),
            _ => None,
        }
    }

    /// The whole path of the resource, without the verb
    pub fn path(&self) -> String {
        format!("{}/{}", self.parent, self.segments.join("/"))
    }

    /// A parameter of the query
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The body as a type
    ///
    /// # Errors
    /// It is not valid; the error names the field
    pub fn read_body<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let body = match self.body.trim_ascii() {
            [] => b"{}",
            body => body,
        };
        let deserializer = &mut serde_json::Deserializer::from_slice(body);
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let path = error.path().to_string();
            let reason = error.into_inner().to_string();
            match path.as_str() {
                "." => Failure::new(
                    Code::InvalidArgument,
                    format!("the body is not valid: {reason}"),
                ),
                _ => Failure::field(path, reason),
            }
        })
    }
}

/// Whether a part of a name is one that can stand in a path and name a folder
///
/// # Errors
/// It cannot: why
pub fn check_name(part: &str) -> Result<(), &'static str> {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'@');
    match part {
        "" => Err("is empty"),
        "." | ".." => Err("is a folder's own name"),
        _ if part.len() > 256 => Err("is longer than 256 characters"),
        _ if part.bytes().all(allowed) => Ok(()),
        _ => Err("has characters other than letters, digits, `-`, `_` and `.`"),
    }
}

/// Parameters of a query; names in snake_case mean the same as those in camelCase
fn parameters(query: &str) -> BTreeMap<String, String> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (camel(&decoded(name)), decoded(value))
        })
        .collect()
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// `page_size` as `pageSize`
pub fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut parts = name.split('_');
    camel.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let mut letters = part.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}
