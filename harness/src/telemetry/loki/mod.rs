//! Loki, asked through its HTTP API.

mod request;

use serde_json::Value;

use super::failure::ServerError;
use super::server::{Server, shown};
use super::source::{Asking, Reply, Source};
use super::spelling::collapse_whitespace;
use super::wire::answer::{Request, formatted, not_mine, reply, rules_of};
use crate::model::{Answer, Question, Timeline};

/// One Loki.
#[derive(Debug, Clone)]
pub struct LokiSource {
    server: Server,
}

impl LokiSource {
    /// Nothing is sent yet. A process-wide TLS provider must be installed before.
    pub fn new(base_url: &str) -> Result<Self, ServerError> {
        Ok(Self {
            server: Server::new(base_url)?,
        })
    }

    async fn send(&self, request: Request) -> Reply {
        let url = self.server.url(request.path, &request.params);
        let mut body = self.server.get(&url).await;
        // 4 kB of execution statistics beside each answer: they differ from run to run and say nothing about it.
        if let Ok(Value::Object(fields)) = &mut body
            && let Some(Value::Object(data)) = fields.get_mut("data")
        {
            data.remove("stats");
        }
        let mut reply = reply(&self.server, shown(&url), request.shape, body);
        if let Err(error) = self.spell(&mut reply.answer).await {
            reply.answer = Answer::Unavailable {
                error: error.in_words(),
            };
        }
        reply
    }

    /// Spells loaded expressions like the formatter. White space alone would not do: the rules API writes parentheses
    /// around every binary operation, and the formatter leaves the outer ones out where it breaks a long line.
    async fn spell(&self, answer: &mut Answer) -> Result<(), ServerError> {
        for rule in rules_of(answer) {
            let request = request::format(&rule.expr);
            let url = self.server.url(request.path, &request.params);
            rule.expr = match self.server.get(&url).await {
                Ok(body) => formatted(&shown(&url), &body)?,
                // Loki cannot read what it printed: then the printed form is all there is.
                Err(ServerError::Refused { status: 400, .. }) => collapse_whitespace(&rule.expr),
                Err(error) => return Err(error),
            };
        }
        Ok(())
    }
}

impl Source for LokiSource {
    fn base_url(&self) -> &str {
        self.server.shown()
    }

    fn ask<'a>(&'a self, question: &'a Question, timeline: &'a Timeline) -> Asking<'a> {
        Box::pin(async move {
            match request::of(question, timeline) {
                Some(request) => self.send(request).await,
                None => not_mine(&self.server, "Loki"),
            }
        })
    }
}
