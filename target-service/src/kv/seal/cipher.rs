//! One master key at work.

use std::io::Write as _;

use aes_gcm::{
    Aes256Gcm, KeyInit as _, Nonce, Tag,
    aead::{Aead as _, AeadInOut as _, Generate as _, Payload},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::MasterKey;
use crate::kv::domain::{DatabaseId, EntryId, Key, KeyId, Sealed, Value};

const VERSION: &str = "v1";
const NONCE: usize = 12;
const TAG: usize = 16;

/// Why a stored entry does not open. Tells nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not `v1.<name>.<base64url>`.
    #[error("not in the form of a sealed entry")]
    Form,
    /// Sealed under a master key that is not among ours.
    #[error("sealed under an unknown master key; add it to the file of master keys")]
    UnknownMasterKey,
    /// Changed, moved from another row, or sealed under another key of the same name.
    #[error("changed or moved since it was sealed, or sealed under another master key")]
    Forged,
}

pub(super) struct Cipher {
    name: String,
    /// The id key with its two blocks hashed: each id goes on from here.
    id_mac: Hmac<Sha256>,
    encryption: Aes256Gcm,
}

impl Cipher {
    pub(super) fn new(master: &MasterKey) -> Self {
        let encryption_key = master.derive(b"sloproof kv 1 encryption");
        let id_mac = Hmac::new_from_slice(&*master.derive(b"sloproof kv 1 key id"));
        Self {
            name: master.name().to_owned(),
            id_mac: id_mac.expect("HMAC takes keys of any length"),
            encryption: Aes256Gcm::new((&*encryption_key).into()),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn id(&self, database: DatabaseId, key: &Key) -> KeyId {
        let mut mac = self.id_mac.clone();
        mac.update(&database.get().to_be_bytes());
        mac.update(key.as_str().as_bytes());
        KeyId::new(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    pub(super) fn seal(&self, id: &EntryId, key: &Key, value: &Value) -> Sealed {
        // 96 random bits: good for 2^32 entries under one master key (NIST SP 800-38D, 8.3).
        self.seal_with(Nonce::generate(), id, key, value)
    }

    fn seal_with(
        &self,
        nonce: Nonce<aes_gcm::aes::cipher::consts::U12>,
        id: &EntryId,
        key: &Key,
        value: &Value,
    ) -> Sealed {
        let (key, value) = (key.as_str().as_bytes(), value.as_str().as_bytes());
        let mut plain = Zeroizing::new(Vec::with_capacity(2 + key.len() + value.len()));
        plain.extend((key.len() as u16).to_be_bytes());
        plain.extend(key);
        plain.extend(value);
        let payload = Payload {
            msg: &plain,
            aad: &self.context(id),
        };
        let encrypted = self.encryption.encrypt(&nonce, payload);
        let encrypted = encrypted.expect("an entry is shorter than 64 GiB");
        let body = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &encrypted].concat());
        Sealed::new(format!("{VERSION}.{}.{body}", self.name))
    }

    pub(super) fn open(&self, id: &EntryId, sealed: &Sealed) -> Result<(Key, Value), SealError> {
        let (name, body) = parts(sealed)?;
        if name != self.name {
            return Err(SealError::UnknownMasterKey);
        }
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| SealError::Form)?;
        let mut body = Zeroizing::new(body);
        if body.len() < NONCE + TAG {
            return Err(SealError::Form);
        }
        // Opened in its place.
        let (nonce, body) = body.split_at_mut(NONCE);
        let (text, tag) = body.split_at_mut(body.len() - TAG);
        let nonce = Nonce::try_from(&*nonce).map_err(|_| SealError::Form)?;
        let tag = Tag::try_from(&*tag).map_err(|_| SealError::Form)?;
        let context = self.context(id);
        let opened =
            self.encryption
                .decrypt_inout_detached(&nonce, &context, (&mut *text).into(), &tag);
        opened.map_err(|_| SealError::Forged)?;
        entry(text).ok_or(SealError::Form)
    }

    /// What is authenticated beside the entry itself. Unambiguous: lengths and alphabets are fixed.
    fn context(&self, id: &EntryId) -> Vec<u8> {
        let (name, database, key) = (&self.name, id.database, id.key.as_str());
        // Room for all of it, a database of ten digits included.
        let mut context = Vec::with_capacity(VERSION.len() + name.len() + key.len() + 13);
        write!(context, "{VERSION}.{name}.{database}.{key}").expect("writing to memory");
        context
    }
}

pub(super) fn master_key_name(sealed: &Sealed) -> Result<&str, SealError> {
    parts(sealed).map(|(name, _)| name)
}

/// Name of the master key, and the rest.
fn parts(sealed: &Sealed) -> Result<(&str, &str), SealError> {
    let mut parts = sealed.as_str().splitn(3, '.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(VERSION), Some(name), Some(body)) => Ok((name, body)),
        _ => Err(SealError::Form),
    }
}

fn entry(plain: &[u8]) -> Option<(Key, Value)> {
    let (length, rest) = plain.split_first_chunk()?;
    let (key, value) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    let key = Key::any(std::str::from_utf8(key).ok()?).ok()?;
    Some((key, Value::parse(value).ok()?))
}

#[cfg(test)]
mod tests {
    use super::{super::MasterKeys, *};

    const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn cipher(line: &str) -> Cipher {
        let keys = MasterKeys::parse(line).expect("a key");
        Cipher::new(keys.iter().next().expect("at least one"))
    }

    fn id(cipher: &Cipher, database: i64, key: &Key) -> EntryId {
        let database = DatabaseId::new(database).expect("a database");
        let key = cipher.id(database, key);
        EntryId { database, key }
    }

    /// Made by another implementation (OpenSSL's AES-GCM, Python's HMAC).
    #[test]
    fn id_and_sealed_entry_are_those_of_the_known_answer() {
        let cipher = cipher(&format!("now:{SECRET}"));
        let key = Key::any("key1").expect("a key");
        let value = Value::parse("value1").expect("a value");
        let id = id(&cipher, 7, &key);
        assert_eq!(
            id.key.as_str(),
            "BXsDa7pX2agmtguQj-A6q3a_UcUuSXpwhtsqhmEHQu4"
        );
        let nonce = Nonce::from(std::array::from_fn(|n| n as u8));
        let sealed = cipher.seal_with(nonce, &id, &key, &value);
        assert_eq!(
            sealed.as_str(),
            "v1.now.AAECAwQFBgcICQoLjxn0YRNjblaAlI_8adnUQooQeYI3U9KmL9AOhQ"
        );
        assert_eq!(cipher.open(&id, &sealed), Ok((key, value)));
    }

    #[test]
    fn an_entry_with_any_byte_changed_or_cut_off_does_not_open() {
        let cipher = cipher(SECRET);
        let key = Key::any("key1").expect("a key");
        let id = id(&cipher, 0, &key);
        let sealed = cipher.seal(&id, &key, &Value::parse("value1").expect("a value"));
        let text = sealed.as_str();
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' {
                "B"
            } else {
                "A"
            };
            let mut changed = text.to_owned();
            changed.replace_range(at..=at, other);
            let cut = &text[..at];
            for text in [&changed, cut] {
                assert!(cipher.open(&id, &Sealed::new(text)).is_err(), "{at}");
            }
        }
    }

    #[test]
    fn an_entry_in_another_place_does_not_open() {
        let cipher = cipher(SECRET);
        let (key, other) = (Key::any("a").expect("a key"), Key::any("b").expect("a key"));
        let value = Value::parse("x").expect("a value");
        let home = id(&cipher, 1, &key);
        let sealed = cipher.seal(&home, &key, &value);
        for place in [
            id(&cipher, 2, &key),
            id(&cipher, 1, &other),
            EntryId {
                database: DatabaseId::ZERO,
                key: home.key.clone(),
            },
        ] {
            assert_eq!(cipher.open(&place, &sealed), Err(SealError::Forged));
        }
    }

    #[test]
    fn ids_differ_by_key_database_and_master_key() {
        let (one, two) = (cipher(SECRET), cipher(&"ff".repeat(32)));
        let (a, b) = (Key::any("a").expect("a key"), Key::any("").expect("a key"));
        let ids: std::collections::BTreeSet<KeyId> = [
            id(&one, 0, &a),
            id(&one, 1, &a),
            id(&one, 0, &b),
            id(&two, 0, &a),
        ]
        .map(|id| id.key)
        .into();
        assert_eq!(ids.len(), 4);
    }

    #[test]
    fn the_same_entry_is_never_sealed_alike_twice() {
        let cipher = cipher(SECRET);
        let key = Key::any("a").expect("a key");
        let value = Value::parse("x").expect("a value");
        let id = id(&cipher, 0, &key);
        assert_ne!(
            cipher.seal(&id, &key, &value),
            cipher.seal(&id, &key, &value)
        );
    }

    proptest::proptest! {
        #[test]
        fn every_entry_opens_to_what_was_sealed(
            key in ".{0,40}",
            value in "(?s).{0,200}",
            database in 0..=i64::from(i32::MAX),
        ) {
            let cipher = cipher(SECRET);
            let key = Key::any(key).expect("a short key");
            let value = Value::parse(value).expect("a short value");
            let id = id(&cipher, database, &key);
            let sealed = cipher.seal(&id, &key, &value);
            proptest::prop_assert_eq!(cipher.open(&id, &sealed), Ok((key, value)));
        }
    }

    /// The row alone: everything in it, used as a master key, opens nothing.
    #[test]
    fn the_row_does_not_open_itself() {
        let owner = cipher(&format!("k:{SECRET}"));
        let key = Key::any("a").expect("a key");
        let id = id(&owner, 0, &key);
        let sealed = owner.seal(&id, &key, &Value::parse("x").expect("a value"));
        let thief = cipher(&format!("k:{}", id.key.as_str()));
        assert_eq!(thief.open(&id, &sealed), Err(SealError::Forged));
        assert!(!sealed.as_str().contains(id.key.as_str()));
    }
}
