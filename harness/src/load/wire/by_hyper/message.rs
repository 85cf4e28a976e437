//! Between rendered bytes and hyper's messages.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::http::{HeaderName, HeaderValue, Method, Request, Response, Uri, header};

use super::super::{KEPT_BODY, Rendered, Reply};
use crate::model::Outcome;

/// Most header lines of a request: the renderer's own, and then some.
const HEADERS: usize = 128;

/// Headers that are of one connection of HTTP/1 and that HTTP/2 forbids (RFC 9113, section 8.2.2), and the host, which
/// is part of its address.
const OF_HTTP1: [HeaderName; 4] = [
    header::HOST,
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Which form of a request a protocol wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A path, and the host in a header.
    Http1,
    /// The whole address.
    Http2 {
        /// `http` or `https`.
        scheme: &'static str,
    },
}

/// The request that the rendered bytes hold. They come from our own renderer, so that what does not parse is a mistake of
/// the scenario's texts; it is told as an outcome all the same.
pub(super) fn request(rendered: Rendered<'_>, form: Form) -> Result<Request<Full<Bytes>>, Outcome> {
    parse(rendered, form).map_err(|why| Outcome::Broken {
        why: format!("the request is no HTTP: {why}"),
    })
}

fn parse(rendered: Rendered<'_>, form: Form) -> Result<Request<Full<Bytes>>, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let parsed = head.parse(rendered.bytes).map_err(|e| told(&e))?;
    let (httparse::Status::Complete(length), Some(method), Some(path)) =
        (parsed, head.method, head.path)
    else {
        return Err("its head does not end".into());
    };
    let body = match rendered.body {
        Some(shared) => shared.clone(),
        None => Bytes::copy_from_slice(&rendered.bytes[length..]),
    };
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).map_err(|e| told(&e))?;
    for header in &*head.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|e| told(&e))?;
        let value = HeaderValue::from_bytes(header.value).map_err(|e| told(&e))?;
        request.headers_mut().append(name, value);
    }
    *request.uri_mut() = match form {
        Form::Http1 => path.parse().map_err(|e| told(&e))?,
        Form::Http2 { scheme } => {
            let host = request.headers().get(header::HOST);
            let host = host.map_or(&b""[..], HeaderValue::as_bytes);
            let address = Uri::builder()
                .scheme(scheme)
                .authority(host)
                .path_and_query(path);
            let address = address.build().map_err(|e| told(&e))?;
            for name in OF_HTTP1 {
                request.headers_mut().remove(name);
            }
            address
        }
    };
    Ok(request)
}

/// Reads a response to its end.
pub(super) async fn read(response: Response<Incoming>, reply: &mut Reply) -> Outcome {
    let status = response.status().as_u16();
    if reply.keep_head {
        for (name, value) in response.headers() {
            reply.head.extend_from_slice(name.as_str().as_bytes());
            reply.head.extend_from_slice(b": ");
            reply.head.extend_from_slice(value.as_bytes());
            reply.head.extend_from_slice(b"\r\n");
        }
    }
    let mut body = response.into_body();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) => {
                bytes += data.len() as u64;
                if reply.keep_body {
                    let room = KEPT_BODY.saturating_sub(reply.body.len());
                    reply.body.extend_from_slice(&data[..data.len().min(room)]);
                }
            }
            // Trailers.
            Ok(Err(_)) => {}
            Err(error) => return broken(&error),
        }
    }
    Outcome::Completed { status, bytes }
}

/// The outcome of an error, in the words of its innermost cause: the one that names it rather than a layer.
pub(super) fn broken(error: &dyn std::error::Error) -> Outcome {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    Outcome::Broken {
        why: error.to_string(),
    }
}
