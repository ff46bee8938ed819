//! Files of settings that people write by hand: read whole, every mistake told in its place, with what mends it.
//!
//! Knows nothing of what a file is for: what its sections mean is for those who read them.

mod locate;
mod section;
mod syntax;

pub use locate::{Node, Value, Word, parse};
pub use section::{MAY_READ, Section, number, word, write_as};

use crate::problem::{Place, Problem, Problems};
use crate::unit::Bilingual;
use std::io::ErrorKind;
use std::path::Path;
use syntax::{LARGEST_FILE, complain_of_size};

/// The bytes of a file; a pipe or a device is refused, for it has no end. `None`: the reason is among the problems.
pub fn bytes_of(path: &Path, problems: &mut Problems) -> Option<Vec<u8>> {
    let (unread, give) = (problems.kind().unread, problems.kind().give);
    let because = |(en, pl): (&str, &str)| Bilingual::new(format!("{}: {en}", unread.0), format!("{}: {pl}", unread.1));
    let about = std::fs::metadata(path);
    if about.as_ref().is_ok_and(|about| about.is_file() && about.len() > LARGEST_FILE as u64) {
        complain_of_size(about.map_or(0, |about| about.len()), problems);
        return None;
    }
    let read = match about {
        Ok(about) if !about.is_file() => {
            problems.add(Place::START, because(("it is no file", "to nie jest plik")), give);
            return None;
        }
        Ok(_) => std::fs::read(path),
        Err(error) => Err(error),
    };
    let problem = match read {
        Ok(bytes) => return Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Problem::new(because(("there is no such file", "nie ma takiego pliku")), give)
        }
        Err(error) => Problem::new(unread, give).with_detail(error.kind()),
    };
    problems.push(Place::START, problem);
    None
}
