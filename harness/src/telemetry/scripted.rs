//! A source that plays back answers: for tests, demos and rehearsals without a server.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::source::{Asking, Reply, Source};
use crate::model::{Answer, Question, Reading, Series, Timeline};

/// Answers from a script. A question asked several times gets its answers in order, the last one for ever.
/// A question that the script does not hold is `Unavailable`, not empty.
#[derive(Debug, Default)]
pub struct Scripted {
    base_url: String,
    script: BTreeMap<Question, Vec<Answer>>,
    asked: Mutex<Vec<Question>>,
}

impl Scripted {
    /// With nothing to say yet, under this name.
    pub fn new(base_url: &str) -> Self {
        Self {
            base_url: base_url.to_owned(),
            ..Self::default()
        }
    }

    /// Adds an answer after those that the question already has.
    pub fn answer(mut self, question: Question, answer: Answer) -> Self {
        self.script.entry(question).or_default().push(answer);
        self
    }

    /// Adds series as an answer.
    pub fn series(self, question: Question, series: Vec<Series>) -> Self {
        self.answer(question, Answer::Value(Reading::Series(series)))
    }

    /// What was asked so far, in order.
    pub fn asked(&self) -> Vec<Question> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn next(&self, question: &Question) -> Answer {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = asked.iter().filter(|q| *q == question).count();
        asked.push(question.clone());
        let answers = self.script.get(question);
        match answers.and_then(|all| all.get(before).or(all.last())) {
            Some(answer) => answer.clone(),
            None => Answer::Unavailable {
                error: "the script holds no answer to this question".into(),
            },
        }
    }
}

impl Source for Scripted {
    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn ask<'a>(&'a self, question: &'a Question, _timeline: &'a Timeline) -> Asking<'a> {
        let reply = Reply {
            source: self.base_url.clone(),
            asked: format!("{question:?}"),
            answer: self.next(question),
            raw: None,
        };
        Box::pin(std::future::ready(reply))
    }
}
