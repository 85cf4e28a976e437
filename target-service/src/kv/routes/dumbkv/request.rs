//! One request about one entry, out of a body or a query.

use std::str;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{
    integer,
    mistakes::{IntegerMistake, Mistake, Place, Refusal},
    syntax,
};
use crate::kv::domain::{DatabaseId, Key};

/// A request about one entry. Unknown fields are ignored.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(as = EntryRequest, example = json!({"database": 1, "key": "greeting", "value": "hello"}))]
pub(in crate::kv) struct Entry {
    /// Which database; a text such as "1" will do.
    #[schema(value_type = i32, default = 0, minimum = 0, required = false)]
    pub(super) database: DatabaseId,
    /// Which entry: at most 1024 bytes, may be empty.
    #[schema(value_type = String)]
    pub(super) key: Key,
    /// What to keep, at most 65536 bytes of UTF-8; only looked at by PUT.
    #[schema(required = false)]
    pub(super) value: Option<String>,
}

impl Entry {
    /// Out of a JSON body, whatever its content type.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, Refusal> {
        if body.is_empty() {
            return Err(Mistake::no_body().into());
        }
        let text = str::from_utf8(body).map_err(|_| Refusal::Unreadable)?;
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Self::of_fields(&fields),
            Ok(other) => Err(Mistake::no_object(&other).into()),
            Err(_) => Err(syntax::diagnose(text).map_or(Refusal::Unreadable, |error| {
                Refusal::from(Mistake::no_json(error))
            })),
        }
    }

    fn of_fields(fields: &Map<String, Value>) -> Result<Self, Refusal> {
        let database = fields.get("database").map(|input| {
            let number = integer::of_json(input);
            database(Place::Body, number, input)
        });
        let key = match fields.get("key") {
            Some(Value::String(text)) => key(Place::Body, text),
            Some(other) => Err(Mistake::no_string("key", other)),
            None => {
                let input = Value::Object(fields.clone());
                Err(Mistake::missing(Place::Body, "key", &input))
            }
        };
        let value = match fields.get("value") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(value)) => Ok(Some(value.clone())),
            Some(other) => Err(Mistake::no_string("value", other)),
        };
        Self::of_parts(database, key, value)
    }

    /// Out of the decoded pairs of a query; the last of a name counts, unknown names do not.
    pub(super) fn of_query(pairs: &[(String, String)]) -> Result<Self, Refusal> {
        let last = |name: &str| pairs.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v);
        let database = last("database").map(|text| {
            let number = integer::of_text(text);
            database(Place::Query, number, &Value::from(text.as_str()))
        });
        let key = match last("key") {
            Some(text) => key(Place::Query, text),
            None => Err(Mistake::missing(Place::Query, "key", &Value::Null)),
        };
        Self::of_parts(database, key, Ok(None))
    }

    /// All mistakes at once, in the order of the fields.
    fn of_parts(
        database: Option<Result<DatabaseId, Mistake>>,
        key: Result<Key, Mistake>,
        value: Result<Option<String>, Mistake>,
    ) -> Result<Self, Refusal> {
        match (database.unwrap_or(Ok(DatabaseId::ZERO)), key, value) {
            (Ok(database), Ok(key), Ok(value)) => Ok(Self {
                database,
                key,
                value,
            }),
            (database, key, value) => {
                let mistakes = [database.err(), key.err(), value.err()];
                Err(mistakes.into_iter().flatten().collect::<Vec<_>>().into())
            }
        }
    }

    /// The mistake of a PUT that brings nothing to keep.
    pub(super) fn without_value(&self) -> Refusal {
        let input = json!({"database": self.database.get(), "key": self.key.as_str()});
        Mistake::missing(Place::Body, "value", &input).into()
    }
}

fn database(
    place: Place,
    number: Result<i64, IntegerMistake>,
    input: &Value,
) -> Result<DatabaseId, Mistake> {
    let number =
        number.map_err(|mistake| Mistake::no_integer(place, "database", mistake, input))?;
    DatabaseId::new(number).map_err(|_range| Mistake::no_database(place, number, input))
}

fn key(place: Place, text: &str) -> Result<Key, Mistake> {
    Key::any(text).map_err(|_length| Mistake::long_key(place, &Value::from(text)))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_are_too_strange_for_a_body(body in vec(any::<u8>(), 0..200)) {
            let _entry_or_refusal = Entry::of_body(&body);
        }

        #[test]
        fn what_looks_like_json_is_read_or_refused(
            body in r#"[{]"(database|key|value)":[ -~]{0,20},?("key":("[a-z]*"|null|1))?[}]{0,2}"#,
        ) {
            let _entry_or_refusal = Entry::of_body(body.as_bytes());
        }

        #[test]
        fn a_written_entry_is_read_as_it_was(
            number in 0..=i64::from(i32::MAX), key in any::<String>(), value in any::<Option<String>>(),
        ) {
            let body = json!({"database": number, "key": key, "value": value});
            let read = Entry::of_body(body.to_string().as_bytes());
            let (database, key) = (DatabaseId::new(number), Key::any(key));
            let written = Entry { database: database.expect("in range"), key: key.expect("short"), value };
            prop_assert!(read.is_ok_and(|read| read == written));
        }

        #[test]
        fn no_query_is_too_strange(pairs in vec((any::<String>(), any::<String>()), 0..5)) {
            let _entry_or_refusal = Entry::of_query(&pairs);
        }
    }
}
