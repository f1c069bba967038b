//! A request of HTTP, from its head to the answer

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::json;
use tokio::sync::Semaphore;

use super::guard::Guard;
use super::options::Limits;
use crate::failure::{Code, Failure};
use crate::service::{Answered, Call, Prediction, Service};

/// From how many bytes on a question is answered where it holds up no other
const LARGE: usize = 32 << 10;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");

/// What all connections share
pub struct Shared {
    /// The service
    pub service: Arc<Service>,
    /// What callers may ask for
    pub limits: Limits,
    guard: Guard,
    room: Semaphore,
}

impl Shared {
    /// A service behind a guard
    pub fn new(service: Arc<Service>, guard: Guard, limits: Limits) -> Self {
        Self {
            service,
            limits,
            guard,
            room: Semaphore::new(limits.requests),
        }
    }

    /// Answers a request
    pub async fn handle(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let begun = Instant::now();
        let counted = &self.service.metrics.in_flight;
        counted.inc();
        let method = counted_method(&request);
        let response = self.respond(request).await;
        counted.dec();
        let seconds = begun.elapsed().as_secs_f64();
        let code = response.status().as_u16();
        self.service.metrics.answered(method, code, seconds);
        response
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if request.uri().path() == "/healthz" {
            return document(StatusCode::OK, &json!({ "status": "serving" }));
        }
        if let Err(failure) = self.guard.check(request.headers()) {
            return refused(&failure);
        }
        if request.uri().path() == "/metrics" {
            return self.metrics();
        }
        let Ok(_place) = self.room.try_acquire() else {
            let message = format!("{} requests are answered already", self.limits.requests);
            return refused(&Failure::new(Code::ResourceExhausted, message));
        };
        match tokio::time::timeout(self.limits.time, self.answer(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(failure)) => refused(&failure),
            Err(_) => {
                let seconds = self.limits.time.as_secs_f64();
                let message = format!("the request took longer than {seconds} s");
                refused(&Failure::new(Code::DeadlineExceeded, message))
            }
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Failure> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, self.limits.body).collect().await;
        let body = body.map_err(|error| self.unread(&*error))?.to_bytes();
        let path = head.uri.path();
        if head.method == Method::POST
            && let Some(prediction) = Prediction::at(path)
        {
            let answered = match body.len() {
                0..LARGE => prediction.answer(&self.service, &body),
                _ => tokio::task::block_in_place(|| prediction.answer(&self.service, &body)),
            };
            return answered.map(predicted);
        }
        // what changes the state waits for the disk
        let service = self.service.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let call = Call::read(head.method, head.uri.path(), head.uri.query(), &body)?;
            service.answer(&call)
        });
        let answer = answer
            .await
            .map_err(|_| Failure::new(Code::Internal, "the request met a fault of the server"))??;
        Ok(document(StatusCode::OK, &answer))
    }

    fn unread(&self, error: &(dyn std::error::Error + Send + Sync + 'static)) -> Failure {
        if error.is::<LengthLimitError>() {
            let limit = self.limits.body;
            let message = format!("the body is larger than the limit of {limit} bytes");
            return Failure::new(Code::InvalidArgument, message);
        }
        let message = format!("the body cannot be read: {error}");
        Failure::new(Code::InvalidArgument, message)
    }

    fn metrics(&self) -> Response<Full<Bytes>> {
        const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4");
        match self.service.metrics.text() {
            Ok(text) => {
                let mut response = Response::new(Full::new(text.into()));
                response.headers_mut().insert(CONTENT_TYPE, TEXT);
                response
            }
            Err(error) => refused(&Failure::new(Code::Internal, error.to_string())),
        }
    }
}

/// What a request is counted under: few words, whatever callers send
fn counted_method(request: &Request<Incoming>) -> &'static str {
    if let Some(prediction) = Prediction::at(request.uri().path()) {
        return prediction.method();
    }
    match *request.method() {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn predicted(answered: Answered) -> Response<Full<Bytes>> {
    const ENDPOINT: HeaderName = HeaderName::from_static("x-vertex-ai-endpoint-id");
    const MODEL: HeaderName = HeaderName::from_static("x-vertex-ai-deployed-model-id");
    let mut response = Response::new(Full::new(answered.body.into()));
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    if let Some((endpoint, model)) = answered.head {
        for (name, value) in [(ENDPOINT, endpoint), (MODEL, model)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

fn refused(failure: &Failure) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(failure.code.http());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = document(status, &failure.document());
    match failure.code {
        Code::ResourceExhausted | Code::Unavailable => {
            let head = response.headers_mut();
            head.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        Code::Unauthenticated => {
            let head = response.headers_mut();
            head.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

fn document(status: StatusCode, content: &serde_json::Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(content.to_string().into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}
