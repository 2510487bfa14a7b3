//! What every request passes: from where it comes, who sends it, and the headers of every answer.
//!
//! A page in a browser must not reach the server through a name that resolves to loopback, so
//! `Host` and `Origin` are checked before the token.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::local::{Token, clock, passes::Forbidden, plane::Plane, routes::refusal::Refusal};

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// Lets a request through, or answers it.
pub async fn guard(State(plane): State<Arc<Plane>>, request: Request, next: Next) -> Response {
    let mut response = match admit(&plane, &request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    shape_body_limit(&mut response);
    let headers = response.headers_mut();
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    if let Ok(id) = HeaderValue::from_str(&format!("{:x}-{number:x}", clock::now().0)) {
        headers.insert("x-request-id", id);
    }
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    response
}

/// Gives a body that was too long the framework's form.
fn shape_body_limit(response: &mut Response) {
    let is_plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && is_plain {
        let refusal = Refusal::http(StatusCode::PAYLOAD_TOO_LARGE, "Payload too large");
        *response = refusal.into_response();
    }
}

fn admit(plane: &Plane, request: &Request) -> Result<(), Refusal> {
    if !is_at_home(plane, request.headers(), request.uri()) {
        return Err(Refusal::http(
            StatusCode::FORBIDDEN,
            "Foreign Host or Origin",
        ));
    }
    let path = request.uri().path();
    if !is_readable(path) {
        return Err(Refusal::http(StatusCode::NOT_FOUND, "Not found"));
    }
    let is_below = |prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if is_below("/v1/p") {
        return check_proxy(plane, request);
    }
    if is_below("/v1/projects") || is_below("/v1/accounts") {
        return check(plane, request);
    }
    Ok(())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let offered = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    offered
        .strip_prefix("Bearer ")
        .map(str::trim)
        .filter(|token| !token.is_empty())
}

fn check(plane: &Plane, request: &Request) -> Result<(), Refusal> {
    let unauthorized = |message| Err(Refusal::http(StatusCode::UNAUTHORIZED, message));
    match bearer(request.headers()) {
        None => unauthorized("Missing or invalid Authorization header"),
        Some(token) if plane.token.admits(token) => Ok(()),
        Some(token) => match plane.passes.holder(token) {
            Some(holder) => holder
                .may(request.method(), request.uri().path())
                .map_err(|forbidden| Refusal::http(Forbidden::STATUS, &forbidden.message)),
            None if Token::is_personal(token) => unauthorized("PAT not found or revoked"),
            None => unauthorized("Invalid or expired token"),
        },
    }
}

/// The proxy also takes the token from a header that browsers' own requests do not use.
fn check_proxy(plane: &Plane, request: &Request) -> Result<(), Refusal> {
    let headers = request.headers();
    let named = headers
        .get("x-kortix-token")
        .and_then(|value| value.to_str().ok());
    match bearer(headers).or(named) {
        Some(token) if plane.token.admits(token) => Ok(()),
        Some(_) => check(plane, request),
        None => Err(Refusal::http(
            StatusCode::UNAUTHORIZED,
            "Missing authentication token",
        )),
    }
}

/// Whether a request was sent to this server by name, and not by a page of another site.
fn is_at_home(plane: &Plane, headers: &HeaderMap, uri: &Uri) -> bool {
    let named = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let Some(host) = named.or_else(|| uri.authority().map(|authority| authority.as_str())) else {
        return false;
    };
    let is_known = plane.allow_remote || is_loopback_name(host);
    let is_same_site = headers.get(header::ORIGIN).is_none_or(|origin| {
        let site = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"));
        site.is_some_and(|site| site.eq_ignore_ascii_case(host))
    });
    is_known && is_same_site
}

/// Any port is fine: an SSH tunnel listens on its own.
fn is_loopback_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether the percent signs of a path stand for UTF-8.
fn is_readable(path: &str) -> bool {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes().iter();
    while let Some(byte) = rest.next() {
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
        match (digit(rest.next()), digit(rest.next())) {
            (Some(high), Some(low)) => bytes.extend(u8::try_from(high * 16 + low)),
            _ => return false,
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{is_loopback_name, is_readable};

    #[test]
    fn only_names_of_loopback_are_at_home() {
        for host in [
            "127.0.0.1:80",
            "localhost",
            "LOCALHOST:1",
            "[::1]:9",
            "127.3.2.1",
        ] {
            assert!(is_loopback_name(host), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1:80",
            "",
            "localhost.evil:80",
        ] {
            assert!(!is_loopback_name(host), "{host}");
        }
    }

    #[test]
    fn a_path_that_is_not_text_is_not_found() {
        assert!(is_readable("/v1/p/%C3%A9"));
        assert!(!is_readable("/v1/p/%FF"));
        assert!(!is_readable("/v1/p/%zz"));
    }
}
