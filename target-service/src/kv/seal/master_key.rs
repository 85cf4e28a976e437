//! The secrets that everything else is derived from.

use std::{fmt, path::Path, sync::Arc};

use aes_gcm::aead::Generate as _;
use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

/// Length of a master key in bytes.
const LENGTH: usize = 32;
/// Longest name of a master key, in characters.
const MAX_NAME: usize = 32;

/// One secret of 32 bytes and its name, which is stored in clear beside what it has sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey {
    name: String,
    secret: Zeroizing<[u8; LENGTH]>,
}

/// All secrets that open entries, at least one. The first is current: it seals what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeys(Arc<[MasterKey]>);

/// Why a text holds no master keys. Never holds a part of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// Nothing but blank lines and comments.
    #[error("holds no key; try `openssl rand -hex 32`")]
    Missing,
    /// Neither hex nor base64 of the right length.
    #[error("line {line}: is no key of 32 bytes in hex or base64; try `openssl rand -hex 32`")]
    Key {
        /// Counted from 1.
        line: usize,
    },
    /// The name before the colon has a wrong character or length.
    #[error("line {line}: the name of a key has 1 to {MAX_NAME} characters of A-Z a-z 0-9 _ -")]
    Name {
        /// Counted from 1.
        line: usize,
    },
    /// A name or a key that was there before.
    #[error("line {line}: repeats the name or the key of a line before")]
    Repeated {
        /// Counted from 1.
        line: usize,
    },
}

/// A file of master keys could not be used.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyFileError {
    /// The system did not hand it over.
    #[error("cannot read it")]
    Read(#[from] std::io::Error),
    /// It is not what it should be.
    #[error(transparent)]
    Content(#[from] MasterKeyError),
}

impl MasterKeys {
    /// Reads one key per line, as `key` or `name:key`, the current one first. Blank lines and lines that
    /// begin with `#` are skipped.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (index, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = MasterKey::parse(line, index + 1)?;
            let repeated = |other: &MasterKey| other.name == key.name || other.secret == key.secret;
            if keys.iter().any(repeated) {
                return Err(MasterKeyError::Repeated { line: index + 1 });
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(MasterKeyError::Missing);
        }
        Ok(Self(keys.into()))
    }

    /// Reads a file of [`MasterKeys::parse`]'s format.
    pub fn read(path: &Path) -> Result<Self, MasterKeyFileError> {
        let text = Zeroizing::new(std::fs::read_to_string(path)?);
        Ok(Self::parse(&text)?)
    }

    /// A new key from the system's randomness, in the format of a file.
    pub fn generate() -> Zeroizing<String> {
        let secret = Zeroizing::new(<[u8; LENGTH]>::generate());
        let mut line = Zeroizing::new(String::with_capacity(2 * LENGTH + 1));
        for byte in secret.iter() {
            for digit in [byte >> 4, byte & 0xf] {
                line.extend(char::from_digit(digit.into(), 16));
            }
        }
        line.push('\n');
        line
    }

    /// A key for one process.
    pub fn random() -> Self {
        let secret = Zeroizing::new(<[u8; LENGTH]>::generate());
        Self([MasterKey::unnamed(secret)].into())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &MasterKey> {
        self.0.iter()
    }
}

impl MasterKey {
    fn parse(line: &str, number: usize) -> Result<Self, MasterKeyError> {
        let (name, key) = match line.split_once(':') {
            None => (None, line),
            Some((name, key)) => (Some(name.trim()), key.trim()),
        };
        let secret = decode(key).ok_or(MasterKeyError::Key { line: number })?;
        let Some(name) = name else {
            return Ok(Self::unnamed(secret));
        };
        let known = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(known) {
            return Err(MasterKeyError::Name { line: number });
        }
        Ok(Self {
            name: name.to_owned(),
            secret,
        })
    }

    /// Named after itself, so that the name stays true when the key moves to another line or file.
    fn unnamed(secret: Zeroizing<[u8; LENGTH]>) -> Self {
        let mut name = [0; 4];
        derive(&secret, b"sloproof kv 1 master key name", &mut name);
        Self {
            name: format!("{:08x}", u32::from_be_bytes(name)),
            secret,
        }
    }

    /// Stored in clear.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A key for one purpose, by HKDF-SHA256 (RFC 5869) without salt.
    pub(super) fn derive(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        derive(&self.secret, purpose, &mut *key);
        key
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}, ..)", self.name)
    }
}

fn derive(secret: &[u8; LENGTH], purpose: &[u8], key: &mut [u8]) {
    let hkdf = Hkdf::<Sha256>::new(None, secret);
    hkdf.expand(purpose, key)
        .expect("a key is shorter than 255 hashes");
}

fn decode(text: &str) -> Option<Zeroizing<[u8; LENGTH]>> {
    let mut bytes = if text.len() == 2 * LENGTH {
        hex(text)?
    } else {
        base64(text)?
    };
    let secret = <[u8; LENGTH]>::try_from(bytes.as_slice());
    bytes.zeroize();
    secret.ok().map(Zeroizing::new)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| {
        let digits = std::str::from_utf8(pair).ok()?;
        let all = pair.iter().all(u8::is_ascii_hexdigit);
        all.then(|| u8::from_str_radix(digits, 16).ok())?
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

/// Both alphabets, with and without padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engines = [&STANDARD, &URL_SAFE].map(|alphabet| GeneralPurpose::new(alphabet, config));
    engines.iter().find_map(|engine| engine.decode(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn hex_and_base64_give_the_same_key() {
        let keys = MasterKeys::parse(HEX).expect("a key");
        for text in [BASE64, BASE64.trim_end_matches('='), &HEX.to_uppercase()] {
            assert_eq!(MasterKeys::parse(text).as_ref(), Ok(&keys));
        }
        let generated = MasterKeys::generate();
        assert_eq!(generated.len(), 65);
        assert!(MasterKeys::parse(&generated).is_ok());
        assert_ne!(generated, MasterKeys::generate());
    }

    #[test]
    fn lines_are_keys_with_or_without_a_name() {
        let other = "ff".repeat(32);
        let text = format!("# current\n\n 2026-11:{other}\n{HEX}\n");
        let keys = MasterKeys::parse(&text).expect("keys");
        let names: Vec<&str> = keys.iter().map(MasterKey::name).collect();
        assert_eq!(names, ["2026-11", "fdfe5ee1"]);
    }

    #[test]
    fn mistakes_are_told_with_their_line_and_without_the_text() {
        let cases = [
            ("", MasterKeyError::Missing),
            ("# nothing", MasterKeyError::Missing),
            ("hunter2", MasterKeyError::Key { line: 1 }),
            (&HEX[1..], MasterKeyError::Key { line: 1 }),
            (&format!("\n:{HEX}"), MasterKeyError::Name { line: 2 }),
            (&format!("a.b:{HEX}"), MasterKeyError::Name { line: 1 }),
            (
                &format!("a:{HEX}\nb:{BASE64}"),
                MasterKeyError::Repeated { line: 2 },
            ),
        ];
        for (text, mistake) in cases {
            assert_eq!(MasterKeys::parse(text), Err(mistake), "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_secret() {
        let keys = MasterKeys::parse(&format!("now:{HEX}")).expect("a key");
        assert_eq!(format!("{keys:?}"), "MasterKeys([MasterKey(now, ..)])");
    }
}
