//! Takes a value of a reply, for a later request of the same journey.

use serde_json::Value;

use super::wire::Reply;
use crate::scenario::plan::{Extract, scalar};

impl Extract {
    /// Asks the next reply to keep what this needs.
    pub fn ask(&self, reply: &mut Reply) {
        match self {
            Self::Header(_) => reply.keep_head = true,
            Self::Pointer(_) | Self::Between { .. } => reply.keep_body = true,
        }
    }

    /// Writes the value over `into` and says whether there is one; if not, `into` is empty. A body that is not JSON has
    /// no value, and neither has a null, a list or an object.
    pub fn take(&self, reply: &Reply, into: &mut Vec<u8>) -> bool {
        into.clear();
        match self {
            Self::Pointer(pointer) => {
                let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else {
                    return false;
                };
                let text = body.pointer(pointer).and_then(scalar);
                into.extend_from_slice(text.as_deref().unwrap_or_default().as_bytes());
                text.is_some()
            }
            Self::Between { after, before } => {
                let value = between(&reply.body, after.as_bytes(), before.as_bytes());
                into.extend_from_slice(value.unwrap_or_default());
                value.is_some()
            }
            Self::Header(name) => {
                let value = header(&reply.head, name.as_bytes());
                into.extend_from_slice(value.unwrap_or_default());
                value.is_some()
            }
        }
    }
}

fn between<'a>(body: &'a [u8], after: &[u8], before: &[u8]) -> Option<&'a [u8]> {
    let rest = &body[position(body, after)? + after.len()..];
    if before.is_empty() {
        return Some(rest);
    }
    Some(&rest[..position(rest, before)?])
}

fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    text.windows(part.len()).position(|window| window == part)
}

fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (before, after) = line.split_at_checked(name.len())?;
        let value = after.strip_prefix(b":")?;
        before
            .eq_ignore_ascii_case(name)
            .then(|| value.trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(extract: &Extract, body: &str) -> Option<String> {
        let reply = Reply {
            body: body.into(),
            head: b"Location: /v1/7\r\nx-locations: no\r\nset-cookie: a=b; path=/\r\n".to_vec(),
            ..Reply::default()
        };
        let mut value = b"before".to_vec();
        let found = extract.take(&reply, &mut value);
        assert!(
            found || value.is_empty(),
            "what is not found leaves nothing behind"
        );
        found.then(|| String::from_utf8(value).unwrap())
    }

    #[test]
    fn a_pointer_finds_texts_numbers_and_booleans_only() {
        let body = r#"{"a":[{"id":"é\"7"},2.5,true,null,18446744073709551615],"b/~":"x","":"e"}"#;
        for (pointer, value) in [
            ("/a/0/id", Some("é\"7")),
            ("/a/1", Some("2.5")),
            ("/a/2", Some("true")),
            ("/a/3", None),
            ("/a/4", Some("18446744073709551615")),
            ("/a/9", None),
            ("/a", None),
            ("/b~1~0", Some("x")),
            ("/", Some("e")),
            ("", None),
        ] {
            let extract = Extract::pointer(pointer).unwrap();
            assert_eq!(take(&extract, body).as_deref(), value, "{pointer}");
        }
        assert_eq!(
            take(&Extract::pointer("").unwrap(), "7").as_deref(),
            Some("7")
        );
        assert_eq!(take(&Extract::pointer("/a").unwrap(), "{\"a\":"), None);
        for wrong in ["a", "$.a", "/a~", "/a~2"] {
            assert!(Extract::pointer(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_text_between_two_others_is_the_first_and_shortest() {
        let body = "<a>1</a><a>2</a>";
        for (after, before, value) in [
            ("<a>", "</a>", Some("1")),
            ("", "<", Some("")),
            ("2", "", Some("</a>")),
            ("", "", Some(body)),
            ("<b>", "<", None),
            ("<a>", "<b>", None),
        ] {
            let extract = Extract::between(after, before);
            assert_eq!(take(&extract, body).as_deref(), value, "{after} {before}");
        }
    }

    #[test]
    fn a_header_is_found_by_its_whole_name_in_any_case() {
        for (name, value) in [
            ("location", Some("/v1/7")),
            ("SET-COOKIE", Some("a=b; path=/")),
            ("x-location", None),
            ("etag", None),
        ] {
            let extract = Extract::header(name).unwrap();
            assert_eq!(take(&extract, "").as_deref(), value, "{name}");
        }
        for wrong in ["", "a b", "a:"] {
            assert!(Extract::header(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_reply_keeps_only_what_is_asked_for() {
        let (mut head, mut body) = (Reply::default(), Reply::default());
        Extract::header("etag").unwrap().ask(&mut head);
        Extract::between("", "").ask(&mut body);
        assert_eq!((head.keep_head, head.keep_body), (true, false));
        assert_eq!((body.keep_head, body.keep_body), (false, true));
    }
}
