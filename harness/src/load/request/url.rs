//! Which bytes may stand in a request's target, after the sets of the WHATWG URL standard for `http`.

/// Appends text to a target, percent-encoding what may not stand there; `query` says whether its `?` has come, and is
/// told when it does. Dot segments and percent signs are left as they are written.
pub(super) fn push(text: &[u8], query: &mut bool, target: &mut Vec<u8>) {
    for byte in text {
        let encoded = match byte {
            0..=b' ' | 0x7f.. | b'"' | b'#' | b'<' | b'>' => true,
            b'`' | b'{' | b'}' => !*query,
            b'\'' => *query,
            _ => false,
        };
        if encoded {
            target.push(b'%');
            for digit in [byte >> 4, byte & 15] {
                target.push(b"0123456789ABCDEF"[usize::from(digit)]);
            }
        } else {
            *query |= *byte == b'?';
            target.push(*byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_target_is_encoded_as_a_url_library_does(text in "/[ -~é]{0,40}") {
            // Those that a library reads as structure: a fragment, another separator, dot segments.
            prop_assume!(!text.contains(['#', '\\', '.', '%']) && !text.ends_with(' ') && !text.starts_with("//"));
            let (mut target, mut query) = (Vec::new(), false);
            push(text.as_bytes(), &mut query, &mut target);
            let url = reqwest::Url::parse(&format!("http://a{text}")).unwrap();
            let expected = url.as_str().strip_prefix("http://a").unwrap();
            prop_assert_eq!(String::from_utf8(target).unwrap(), expected);
        }
    }
}
