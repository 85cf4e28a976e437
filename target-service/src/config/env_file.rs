//! A file of settings: `NAME=VALUE` lines, named like the variables.
//!
//! Nothing is put into the environment of the process: lines become flags in front of the command line, for
//! each setting that neither a flag nor a variable has given. So a flag beats a variable, which beats the file.

use std::{
    ffi::OsString,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use clap::{Arg, ArgMatches, Command, parser::ValueSource};

use super::env_line::{self, Line};

/// Read when it is there and no other file is named.
const DEFAULT: &str = ".env";

/// Id of the argument that names the file.
const ITSELF: &str = "env_file";

const SETTING: &str = "--env-file (TARGET_ENV_FILE)";

/// Which file, and how strictly its names are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EnvFile {
    /// Somebody named it: it must be there, and every name in it must be a setting.
    Named(PathBuf),
    /// `.env` of the working directory: it may be missing, and it may hold settings of others.
    Default(PathBuf),
}

impl EnvFile {
    /// The file that `given`, the command line with the environment, asks for.
    pub(super) fn of(given: &ArgMatches) -> Self {
        match given.get_one::<String>(ITSELF) {
            Some(path) => Self::Named(path.into()),
            None => Self::Default(DEFAULT.into()),
        }
    }

    /// Flags for everything in the file that is not `given`, and every mistake in it.
    pub(super) fn flags(
        &self,
        command: &Command,
        given: &ArgMatches,
    ) -> (Vec<OsString>, Vec<String>) {
        let text = match (std::fs::read_to_string(self.path()), self) {
            (Ok(text), _) => text,
            (Err(error), Self::Default(_)) if error.kind() == ErrorKind::NotFound => String::new(),
            (Err(error), _) => {
                let path = self.path().display();
                let mistake = format!("{SETTING}: cannot read {path} ({error}); correct the path");
                return (Vec::new(), vec![mistake]);
            }
        };
        let not_given = |arg: &Arg| {
            let source = given.value_source(arg.get_id().as_str());
            matches!(source, None | Some(ValueSource::DefaultValue))
        };
        self.flags_of(&text, command, not_given)
    }

    fn flags_of(
        &self,
        text: &str,
        command: &Command,
        wanted: impl Fn(&Arg) -> bool,
    ) -> (Vec<OsString>, Vec<String>) {
        let path = self.path().display();
        let (mut flags, mut mistakes) = (Vec::new(), Vec::new());
        let mut seen: Vec<(String, usize)> = Vec::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in (1..).zip(text.lines()) {
            let at = format!("{path}:{number}");
            let Line { name, value } = match env_line::parse(line) {
                Ok(Some(line)) => line,
                Ok(None) => continue,
                Err(error) => {
                    mistakes.push(format!("{at}: {error}"));
                    continue;
                }
            };
            let Some(arg) = setting(command, &name) else {
                mistakes.extend(self.unknown(command, &name).map(|m| format!("{at}: {m}")));
                continue;
            };
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
                mistakes.push(format!(
                    "{at}: {name} is set in line {first} already; remove one"
                ));
                continue;
            }
            seen.push((name, number));
            if wanted(arg) {
                flags.extend(flag(arg, &value));
            }
        }
        (flags, mistakes)
    }

    /// What is wrong with a name that is no setting; `None`: it may be somebody else's.
    fn unknown(&self, command: &Command, name: &str) -> Option<String> {
        let similar = names(command).find(|known| is_slip(name, known));
        match (self, similar) {
            (_, Some(similar)) => Some(format!("unknown setting {name}; did you mean {similar}?")),
            (Self::Named(_), None) => Some(format!(
                "unknown setting {name}; --help lists the known ones"
            )),
            (Self::Default(_), None) => None,
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Named(path) | Self::Default(path) => path,
        }
    }
}

fn settings(command: &Command) -> impl Iterator<Item = (&str, &Arg)> {
    let args = command.get_arguments().filter(|arg| arg.get_id() != ITSELF);
    args.filter_map(|arg| Some((arg.get_env()?.to_str()?, arg)))
}

fn names(command: &Command) -> impl Iterator<Item = &str> {
    settings(command).map(|(name, _)| name)
}

fn setting<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    settings(command).find_map(|(known, arg)| (known == name).then_some(arg))
}

/// `--flag=value`, or `--flag` alone when it takes no value and the file says yes.
fn flag(arg: &Arg, value: &str) -> Option<OsString> {
    let long = arg.get_long()?;
    if arg.get_action().takes_values() {
        return Some(format!("--{long}={value}").into());
    }
    // As clap reads a variable of such a flag.
    let no = ["", "0", "n", "no", "f", "false", "off"];
    let yes = !no.contains(&value.to_ascii_lowercase().as_str());
    yes.then(|| format!("--{long}").into())
}

/// Whether `name` is `known` but for case, separators or a letter in five.
fn is_slip(name: &str, known: &str) -> bool {
    let plain = |text: &str| text.replace(['_', '-', '.'], "").to_ascii_uppercase();
    let (name, known) = (plain(name), plain(known));
    distance(&name, &known) <= known.len() / 5
}

/// Letters to insert, remove or exchange (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let exchanged = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = exchanged.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{ArgAction, CommandFactory as _};

    fn named() -> EnvFile {
        EnvFile::Named("service.env".into())
    }

    fn read(file: &EnvFile, text: &str) -> (Vec<OsString>, Vec<String>) {
        file.flags_of(text, &crate::config::Args::command(), |_| true)
    }

    #[test]
    fn lines_become_flags_unless_the_setting_is_given_otherwise() {
        let text = "\u{feff}# ours\r\nRANDOM_SEED=7\r\n\r\nexport LOG_LEVEL='debug'\n";
        let (flags, mistakes) = read(&named(), text);
        assert_eq!(flags, ["--seed=7", "--log-level=debug"]);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let command = crate::config::Args::command();
        let (flags, _) = named().flags_of(text, &command, |arg| arg.get_id() != "seed");
        assert_eq!(flags, ["--log-level=debug"]);
    }

    #[test]
    fn all_mistakes_are_told_with_their_lines_and_without_values() {
        let text = "RANDOM_SED=hunter2\nhunter2\nRANDOM_SEED=1\nRANDOM_SEED=2\nSOMETHING=hunter2\n\
            TARGET_ENV_FILE=other\nLOG_LEVEL=\"hunter2";
        let (_, mistakes) = read(&named(), text);
        let expected = [
            "service.env:1: unknown setting RANDOM_SED; did you mean RANDOM_SEED?",
            "service.env:2: is no NAME=VALUE; write one or begin the line with #",
            "service.env:4: RANDOM_SEED is set in line 3 already; remove one",
            "service.env:5: unknown setting SOMETHING; --help lists the known ones",
            "service.env:6: unknown setting TARGET_ENV_FILE; --help lists the known ones",
            "service.env:7: LOG_LEVEL has no closing quote; add it",
        ];
        assert_eq!(mistakes, expected);
    }

    #[test]
    fn the_default_file_may_hold_settings_of_others_but_no_slips() {
        let file = EnvFile::Default(".env".into());
        let (flags, mistakes) = read(&file, "COMPOSE_FILE=a\nDB_URL=b\nSHELL=c\nlisten-addr=d");
        assert!(flags.is_empty());
        let slip = ".env:4: unknown setting listen-addr; did you mean LISTEN_ADDR?";
        assert_eq!(mistakes, [slip]);
    }

    #[test]
    fn a_flag_without_a_value_is_given_when_the_file_says_yes() {
        let arg = Arg::new("quiet").long("quiet").action(ArgAction::SetTrue);
        assert_eq!(flag(&arg, "true"), Some("--quiet".into()));
        assert_eq!(flag(&arg, "No"), None);
    }

    #[test]
    fn distance_counts_letters() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
