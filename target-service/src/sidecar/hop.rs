//! What belongs to one hop and is not forwarded (RFC 9110, 7.6.1), and what this hop adds.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        CONNECTION, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE,
        VIA,
    },
    request,
};

/// Removed whether the `connection` header names them or not. `trailer` stays: trailers are forwarded.
const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// A request that is not for any upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotForwarded {
    /// It asks for another protocol.
    Upgrade,
    /// It has been here before.
    Loop,
}

/// Why the request cannot be forwarded. An offer of HTTP/2 may be passed over, as every server may
/// (RFC 9110, 7.8); a client that asks for a web socket would get an answer that it cannot use.
pub(super) fn check(head: &request::Parts, pseudonym: &str) -> Result<(), NotForwarded> {
    let other_protocol = |protocol: &str| !protocol.eq_ignore_ascii_case("h2c");
    if tokens(&head.headers, &UPGRADE).any(other_protocol) {
        return Err(NotForwarded::Upgrade);
    }
    let been_here = |hop: &str| hop.split_whitespace().nth(1) == Some(pseudonym);
    if tokens(&head.headers, &VIA).any(been_here) {
        return Err(NotForwarded::Loop);
    }
    Ok(())
}

/// The headers for the upstream. `host` stays as the client wrote it: the sidecar stands in the place of
/// the service, whose redirects and virtual hosts must come out the same. `traceparent` is this hop's already, put there by the trace layer.
pub(super) fn request_headers(head: &request::Parts, pseudonym: &str) -> HeaderMap {
    let mut headers = head.headers.clone();
    let wants_trailers =
        tokens(&headers, &TE).any(|coding| coding.eq_ignore_ascii_case("trailers"));
    remove_hop_by_hop(&mut headers);
    if wants_trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
        headers.insert(CONNECTION, HeaderValue::from_static("te"));
    }
    // The authority of the request line beats the header (RFC 9112, 3.2.2).
    if let Some(authority) = head.uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        headers.insert(HOST, host);
    }
    if let Ok(via) = HeaderValue::try_from(format!("1.1 {pseudonym}")) {
        headers.append(VIA, via);
    }
    headers
}

/// Takes away what the upstream meant for the sidecar alone.
pub(super) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = tokens(headers, &CONNECTION)
        .filter_map(|name| name.parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Members of a header that is a list.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    const SELF: &str = "sidecar-1";

    fn head(headers: &[(&str, &str)]) -> request::Parts {
        let mut request = Request::builder().uri("/a");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request").into_parts().0
    }

    fn forwarded(headers: &[(&str, &str)]) -> HeaderMap {
        request_headers(&head(headers), SELF)
    }

    #[test]
    fn what_belongs_to_the_hop_is_removed_and_the_rest_is_not() {
        let headers = forwarded(&[
            ("connection", "close, X-Hop"),
            ("connection", "x-other-hop"),
            ("x-hop", "1"),
            ("x-other-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("proxy-connection", "keep-alive"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("te", "deflate"),
            ("host", "shop.example"),
            ("x-end", "1"),
            ("x-end", "2"),
            ("trailer", "x-sum"),
        ]);
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["host", "trailer", "via", "x-end"]);
        assert_eq!(headers["host"], "shop.example");
        assert_eq!(headers.get_all("x-end").iter().count(), 2);
    }

    #[test]
    fn a_client_that_takes_trailers_is_believed() {
        let headers = forwarded(&[("te", "trailers, deflate;q=0.5"), ("connection", "te")]);
        assert_eq!(headers["te"], "trailers");
        assert_eq!(headers["connection"], "te");
    }

    #[test]
    fn upgrades_are_refused_and_an_offer_of_http2_is_passed_over() {
        let check = |headers: &[(&str, &str)]| check(&head(headers), SELF);
        assert_eq!(
            check(&[("upgrade", "websocket")]),
            Err(NotForwarded::Upgrade)
        );
        assert_eq!(
            check(&[("upgrade", "h2c, websocket")]),
            Err(NotForwarded::Upgrade)
        );
        assert_eq!(check(&[("upgrade", "h2c")]), Ok(()));
    }

    #[test]
    fn a_request_that_was_here_before_is_told_from_one_that_met_another_sidecar() {
        let check = |via: &str| check(&head(&[("via", via)]), SELF);
        assert_eq!(
            check("1.1 front, 1.1 sidecar-1 (x)"),
            Err(NotForwarded::Loop)
        );
        assert_eq!(check("1.1 sidecar-12"), Ok(()));
    }
}
