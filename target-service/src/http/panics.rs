//! A panic is answered, counted and logged like any other failure.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    panic::{self, AssertUnwindSafe},
    pin::pin,
    task::Poll,
};

use axum::{
    Json, Router,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::Response,
};
use serde_json::json;

use super::refuse;
use crate::{faults::InjectedPanic, telemetry::Failure};

thread_local! {
    /// Whether a panic on this thread now is going to be caught here.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// Where the last one was.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Answers 500 when a layer below panics. The process goes on.
pub async fn catch_panic<F: Future<Output = Response>>(
    request: Box<Request>,
    next: impl FnOnce(Box<Request>) -> F,
) -> Response {
    match caught(async { next(request).await }).await {
        Ok(response) => response,
        Err(thrown) => {
            let body = Json(json!({"detail": "internal error"}));
            let failure = Failure {
                kind: "panic",
                cause: PLACE.take(),
            };
            let mut response = refuse((StatusCode::INTERNAL_SERVER_ERROR, body), failure);
            if thrown.is::<InjectedPanic>() {
                response.extensions_mut().insert(InjectedPanic::note());
            }
            response
        }
    }
}

/// The routes with [`catch_panic`] around each, for those that have no other layer.
pub fn panics_answered(routes: Router) -> Router {
    let layer = async |request, next: Next| {
        catch_panic(Box::new(request), |request| next.run(*request)).await
    };
    routes.layer(middleware::from_fn(layer))
}

/// Keeps the panics of requests out of the standard error stream: their place is told in the log line of
/// the request. Their message is not, as it may repeat what the client sent. Others are told as before.
/// To be called once, by the program.
pub fn tell_panics_in_request_lines() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if CATCHING.get() {
            PLACE.set(panic.location().map(ToString::to_string));
        } else {
            others(panic);
        }
    }));
}

async fn caught<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let outside = CATCHING.replace(true);
        // A future that panicked is not polled again, so nobody sees what it left broken.
        let polled = panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        CATCHING.set(outside);
        match polled {
            Ok(poll) => poll.map(Ok),
            Err(thrown) => Poll::Ready(Err(thrown)),
        }
    })
    .await
}
