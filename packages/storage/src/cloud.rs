//! Cloud Storage through its JSON API
//!
//! <https://cloud.google.com/storage/docs/json_api/v1>

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode, Url};
use serde_json::Value as Json;

use crate::{EMULATOR, Error, File};

/// How long one request may take
const TIMEOUT: Duration = Duration::from_secs(300);

/// How often a request is sent, when what kept it from an answer may pass
const TRIES: u32 = 4;

/// How long to wait before the second try; twice as long before each further one
const WAIT: Duration = Duration::from_millis(250);

static WRITES: AtomicU64 = AtomicU64::new(0);

pub fn read(bucket: &str, prefix: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
    let name = joined(prefix, path);
    wait(async {
        let storage = Storage::new(bucket)?;
        match storage.download(&name).await {
            Ok(content) => Ok(Some(content)),
            Err(Error::Refused { status: 404, .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    })
}

pub fn read_all(bucket: &str, prefix: &str) -> Result<Vec<File>, Error> {
    wait(async {
        let storage = Storage::new(bucket)?;
        let mut files = Vec::new();
        for name in storage.list(&folder(prefix)).await? {
            // consoles make empty objects that stand for folders
            if !name.ends_with('/') {
                let path = name[folder(prefix).len()..].to_owned();
                files.push(File::new(path, storage.download(&name).await?));
            }
        }
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(files)
    })
}

pub fn replace_all(bucket: &str, prefix: &str, files: &[File]) -> Result<(), Error> {
    wait(async {
        let storage = Storage::new(bucket)?;
        let write = WRITES.fetch_add(1, Ordering::Relaxed);
        let aside = joined(prefix, &format!(".upload-{}-{write}", std::process::id()));
        let old = storage.list(&folder(prefix)).await?;
        let uploaded = storage.upload_all(&aside, files).await;
        let copied = match uploaded {
            Ok(()) => storage.copy_all(&aside, prefix, files).await,
            Err(failure) => Err(failure),
        };
        for file in files {
            let removed = storage.delete(&joined(&aside, &file.path)).await;
            if copied.is_ok() {
                removed?;
            }
        }
        copied?;
        for name in old {
            let kept = files.iter().any(|file| joined(prefix, &file.path) == name);
            if !kept {
                storage.delete(&name).await?;
            }
        }
        Ok(())
    })
}

/// A bucket and who asks
struct Storage {
    client: Client,
    base: Url,
    bucket: String,
    identity: Identity,
}

impl Storage {
    fn new(bucket: &str) -> Result<Self, Error> {
        let unreachable = |reason: String| Error::Unreachable {
            uri: format!("gs://{bucket}"),
            reason,
        };
        let emulator = std::env::var(EMULATOR).ok().filter(|host| !host.is_empty());
        let base = match &emulator {
            Some(host) if host.contains("://") => host.clone(),
            Some(host) => format!("http://{host}"),
            None => "https://storage.googleapis.com".to_owned(),
        };
        let base = Url::parse(&base)
            .map_err(|failure| unreachable(format!("`{base}` is no address: {failure}")))?;
        let client = Client::builder()
            .timeout(TIMEOUT)
            .build()
            .map_err(|failure| unreachable(failure.to_string()))?;
        Ok(Self {
            client,
            base,
            bucket: bucket.to_owned(),
            identity: match emulator {
                Some(_) => Identity::nobody(),
                None => Identity::of_environment()?,
            },
        })
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        let mut page: Option<String> = None;
        loop {
            let mut url = self.address(&["storage", "v1", "b", &self.bucket, "o"]);
            url.query_pairs_mut().append_pair("prefix", prefix);
            if let Some(token) = &page {
                url.query_pairs_mut().append_pair("pageToken", token);
            }
            let answer = self.send(Method::GET, url, prefix, None).await?;
            let listing: Json =
                serde_json::from_slice(&answer).map_err(|failure| Error::Unreachable {
                    uri: self.uri(prefix),
                    reason: format!("the answer is no JSON: {failure}"),
                })?;
            let items = listing.get("items").and_then(Json::as_array);
            names.extend(
                items
                    .into_iter()
                    .flatten()
                    .filter_map(|item| item.get("name")?.as_str().map(str::to_owned)),
            );
            page = listing
                .get("nextPageToken")
                .and_then(Json::as_str)
                .map(str::to_owned);
            if page.is_none() {
                return Ok(names);
            }
        }
    }

    async fn download(&self, name: &str) -> Result<Vec<u8>, Error> {
        let mut url = self.address(&["storage", "v1", "b", &self.bucket, "o", name]);
        url.query_pairs_mut().append_pair("alt", "media");
        self.send(Method::GET, url, name, None).await
    }

    async fn upload_all(&self, prefix: &str, files: &[File]) -> Result<(), Error> {
        for file in files {
            let name = joined(prefix, &file.path);
            let mut url = self.address(&["upload", "storage", "v1", "b", &self.bucket, "o"]);
            url.query_pairs_mut()
                .append_pair("uploadType", "media")
                .append_pair("name", &name);
            self.send(Method::POST, url, &name, Some(&file.content))
                .await?;
        }
        Ok(())
    }

    async fn copy_all(&self, from: &str, to: &str, files: &[File]) -> Result<(), Error> {
        for file in files {
            let (source, target) = (joined(from, &file.path), joined(to, &file.path));
            let bucket = &self.bucket;
            let path = [
                "storage",
                "v1",
                "b",
                bucket,
                "o",
                &source,
                "rewriteTo",
                "b",
                bucket,
                "o",
                &target,
            ];
            let mut token: Option<String> = None;
            loop {
                let mut url = self.address(&path);
                if let Some(token) = &token {
                    url.query_pairs_mut().append_pair("rewriteToken", token);
                }
                let answer = self.send(Method::POST, url, &target, Some(&[])).await?;
                let answer: Json = serde_json::from_slice(&answer).unwrap_or_default();
                // large objects take several steps
                token = match answer.get("done") {
                    Some(Json::Bool(false)) => answer
                        .get("rewriteToken")
                        .and_then(Json::as_str)
                        .map(str::to_owned),
                    _ => None,
                };
                if token.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        let url = self.address(&["storage", "v1", "b", &self.bucket, "o", name]);
        match self.send(Method::DELETE, url, name, None).await {
            Ok(_) | Err(Error::Refused { status: 404, .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// An address below the storage's own, each part percent-encoded, slashes too
    fn address(&self, parts: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(parts);
        }
        url
    }

    fn uri(&self, name: &str) -> String {
        format!("gs://{}/{name}", self.bucket)
    }

    /// An answer's content; what may pass is tried again
    async fn send(
        &self,
        method: Method,
        url: Url,
        name: &str,
        body: Option<&[u8]>,
    ) -> Result<Vec<u8>, Error> {
        let mut pause = WAIT;
        for _ in 1..TRIES {
            let mut request = self.client.request(method.clone(), url.clone());
            if let Some(body) = body {
                request = request
                    .header("content-type", "application/octet-stream")
                    .body(body.to_vec());
            }
            match self.once(request, name).await {
                Err(failure) if failure.is_transient() => {}
                other => return other,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.body(body.to_vec());
        }
        self.once(request, name).await
    }

    async fn once(&self, request: RequestBuilder, name: &str) -> Result<Vec<u8>, Error> {
        let unreachable = |failure: reqwest::Error| Error::Unreachable {
            uri: self.uri(name),
            reason: failure.without_url().to_string(),
        };
        let request = self.identity.sign(request).await?;
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let content = answer.bytes().await.map_err(unreachable)?.to_vec();
        match status.is_success() {
            true => Ok(content),
            false => Err(Error::Refused {
                uri: self.uri(name),
                status: status.as_u16(),
                reason: reason(status, &content),
            }),
        }
    }
}

/// What Google's errors say, or how they begin
fn reason(status: StatusCode, content: &[u8]) -> String {
    let json: Option<Json> = serde_json::from_slice(content).ok();
    let message = json
        .as_ref()
        .and_then(|json| json.pointer("/error/message"));
    match message.and_then(Json::as_str) {
        Some(message) => message.to_owned(),
        None if content.is_empty() => status.canonical_reason().unwrap_or_default().to_owned(),
        None => String::from_utf8_lossy(content)
            .trim()
            .chars()
            .take(200)
            .collect(),
    }
}

/// Who asks
struct Identity {
    #[cfg(feature = "gcp")]
    credentials: Option<google_cloud_auth::credentials::Credentials>,
}

#[cfg(feature = "gcp")]
impl Identity {
    fn nobody() -> Self {
        Self { credentials: None }
    }

    fn of_environment() -> Result<Self, Error> {
        let scope = "https://www.googleapis.com/auth/devstorage.read_write";
        let credentials = google_cloud_auth::credentials::Builder::default()
            .with_scopes([scope])
            .build()
            .map_err(|failure| Error::Credentials {
                reason: failure.to_string(),
            })?;
        Ok(Self {
            credentials: Some(credentials),
        })
    }

    async fn sign(&self, request: RequestBuilder) -> Result<RequestBuilder, Error> {
        use google_cloud_auth::credentials::CacheableResource;
        let Some(credentials) = &self.credentials else {
            return Ok(request);
        };
        match credentials.headers(Default::default()).await {
            Ok(CacheableResource::New { data, .. }) => Ok(request.headers(data)),
            Ok(CacheableResource::NotModified) => Ok(request),
            Err(failure) => Err(Error::Credentials {
                reason: failure.to_string(),
            }),
        }
    }
}

#[cfg(not(feature = "gcp"))]
impl Identity {
    fn nobody() -> Self {
        Self {}
    }

    fn of_environment() -> Result<Self, Error> {
        Err(Error::Credentials {
            reason: "this program was built without Google's clients".to_owned(),
        })
    }

    async fn sign(&self, request: RequestBuilder) -> Result<RequestBuilder, Error> {
        Ok(request)
    }
}

fn joined(prefix: &str, path: &str) -> String {
    format!("{}{path}", folder(prefix))
}

fn folder(prefix: &str) -> String {
    match prefix {
        "" => String::new(),
        prefix => format!("{prefix}/"),
    }
}

/// Waits on a thread of its own, so that the caller may stand inside a runtime
fn wait<T: Send>(requests: impl Future<Output = Result<T, Error>> + Send) -> Result<T, Error> {
    let lost = |reason: String| Error::Unreachable {
        uri: "gs://".to_owned(),
        reason,
    };
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|failure| lost(failure.to_string()))?
                .block_on(requests)
        });
        waiting
            .join()
            .unwrap_or_else(|_| Err(lost("the requests were not finished".to_owned())))
    })
}
