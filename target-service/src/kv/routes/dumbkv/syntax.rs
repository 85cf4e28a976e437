//! Where a text stops being JSON, in the words of Python's `json` module.
//!
//! Only asked about texts that are known to be no JSON. Follows the scanner of `CPython` 3.12
//! (`Modules/_json.c`), positions in characters. Python's extensions (`NaN`, `Infinity`) pass here.

/// The first place that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// Characters before it.
    pub(super) at: usize,
    /// What Python says.
    pub(super) error: &'static str,
}

/// Deeper texts are refused unread: the scanner recurses.
const MAX_DEPTH: usize = 128;

const VALUE: &str = "Expecting value";
const NAME: &str = "Expecting property name enclosed in double quotes";
const COLON: &str = "Expecting ':' delimiter";
const COMMA: &str = "Expecting ',' delimiter";
const UNTERMINATED: &str = "Unterminated string starting at";
const CONTROL: &str = "Invalid control character at";
const ESCAPE: &str = "Invalid \\escape";
const UNICODE: &str = "Invalid \\uXXXX escape";
const EXTRA: &str = "Extra data";

enum Stop {
    Syntax(SyntaxError),
    TooDeep,
}

type Scan = Result<(), Stop>;

fn fail(at: usize, error: &'static str) -> Scan {
    Err(Stop::Syntax(SyntaxError { at, error }))
}

/// `None`: Python would read it, or it is nested too deeply to tell.
pub(super) fn diagnose(text: &str) -> Option<SyntaxError> {
    let mut scanner = Scanner {
        text: text.chars().collect(),
        at: 0,
    };
    match scanner.document() {
        Err(Stop::Syntax(error)) => Some(error),
        Ok(()) | Err(Stop::TooDeep) => None,
    }
}

struct Scanner {
    text: Vec<char>,
    at: usize,
}

impl Scanner {
    fn document(&mut self) -> Scan {
        self.space();
        self.value(0)?;
        self.space();
        if self.at < self.text.len() {
            return fail(self.at, EXTRA);
        }
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Scan {
        if depth > MAX_DEPTH {
            return Err(Stop::TooDeep);
        }
        match self.peek() {
            Some('"') => self.string(),
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            _ => {
                let words = ["null", "true", "false", "NaN", "Infinity", "-Infinity"];
                if words.into_iter().any(|word| self.take(word)) || self.number() {
                    Ok(())
                } else {
                    fail(self.at, VALUE)
                }
            }
        }
    }

    fn object(&mut self, depth: usize) -> Scan {
        self.at += 1;
        self.space();
        if self.take("}") {
            return Ok(());
        }
        loop {
            if self.peek() != Some('"') {
                return fail(self.at, NAME);
            }
            self.string()?;
            self.space();
            if !self.take(":") {
                return fail(self.at, COLON);
            }
            self.space();
            self.value(depth + 1)?;
            if self.ends_with("}")? {
                return Ok(());
            }
        }
    }

    fn array(&mut self, depth: usize) -> Scan {
        self.at += 1;
        self.space();
        if self.take("]") {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            if self.ends_with("]")? {
                return Ok(());
            }
        }
    }

    /// After a member: the end, or a comma and one more.
    fn ends_with(&mut self, end: &str) -> Result<bool, Stop> {
        self.space();
        if self.take(end) {
            return Ok(true);
        }
        if !self.take(",") {
            fail(self.at, COMMA)?;
        }
        self.space();
        Ok(false)
    }

    fn string(&mut self) -> Scan {
        let begin = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return fail(begin, UNTERMINATED),
                Some('"') => break,
                Some('\0'..='\x1f') => return fail(self.at, CONTROL),
                Some('\\') => self.escape(begin)?,
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self, begin: usize) -> Scan {
        let backslash = self.at;
        self.at += 1;
        match self.peek() {
            None => fail(begin, UNTERMINATED),
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {
                self.at += 1;
                Ok(())
            }
            Some('u') => {
                let digits = self.text.get(self.at + 1..self.at + 5);
                // Four digits and at least the quote behind them.
                let closed = self.at + 5 < self.text.len();
                match digits {
                    Some(digits) if closed && digits.iter().all(char::is_ascii_hexdigit) => {
                        self.at += 5;
                        Ok(())
                    }
                    _ => fail(self.at, UNICODE),
                }
            }
            Some(_) => fail(backslash, ESCAPE),
        }
    }

    /// `-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?`, as much as matches.
    fn number(&mut self) -> bool {
        let begin = self.at;
        self.take("-");
        if !self.take("0") && !self.digits() {
            self.at = begin;
            return false;
        }
        let whole = self.at;
        if !(self.take(".") && self.digits()) {
            self.at = whole;
        }
        let mantissa = self.at;
        if self.take("e") || self.take("E") {
            let _sign = self.take("-") || self.take("+");
            if self.digits() {
                return true;
            }
        }
        self.at = mantissa;
        true
    }

    fn digits(&mut self) -> bool {
        let begin = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > begin
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let rest = self.text[self.at..].iter().copied();
        let found = rest.take(word.len()).eq(word.chars());
        if found {
            self.at += word.len();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_and_words_are_those_of_python() {
        // As told by `json.loads` of CPython 3.12.
        for (text, at, error) in [
            ("{bad}", 1, NAME),
            ("{", 1, NAME),
            ("", 0, VALUE),
            ("[", 1, VALUE),
            ("[1,]", 3, VALUE),
            ("{\"a\":1,}", 7, NAME),
            ("{\"a\" 1}", 5, COLON),
            ("{\"a\":}", 5, VALUE),
            ("{\"a\":1 \"b\":2}", 7, COMMA),
            ("[1 2]", 3, COMMA),
            ("{\"a\":\"b", 5, UNTERMINATED),
            ("\"a\\", 0, UNTERMINATED),
            ("\"ä\n\"", 2, CONTROL),
            ("\"a\\x\"", 2, ESCAPE),
            ("\"a\\u12\"", 3, UNICODE),
            ("\"\\u123g\"", 2, UNICODE),
            ("\"\\u1234", 2, UNICODE),
            ("01", 1, EXTRA),
            ("1.", 1, EXTRA),
            ("1e+", 1, EXTRA),
            ("-", 0, VALUE),
            ("nul", 0, VALUE),
            ("{} {}", 3, EXTRA),
        ] {
            assert_eq!(diagnose(text), Some(SyntaxError { at, error }), "{text}");
        }
    }

    #[test]
    fn a_text_nested_too_deeply_is_left_undecided() {
        assert_eq!(diagnose(&"[".repeat(100_000)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_json_passes_and_what_fails_here_is_none(
            text in r#"([{}\[\],:"\\ 019.eE+-]|true|null|\\u00e4|ä|"a":){0,24}"#,
        ) {
            let json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            let passed = diagnose(&text).is_none();
            // The rest, such as 1e999, is JSON that serde has no number for.
            prop_assert!(passed || !json, "{text}");
        }
    }
}
