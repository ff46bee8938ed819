//! The value of an Authorization header.

use hejnal::clock::Instant;
use hejnal::sip::digest::{Credentials, Guard, Verdict};

pub fn run(data: &[u8]) {
    let Some(given) = Credentials::parse(&String::from_utf8_lossy(data)) else { return };
    let verdict = Guard::default().check(Instant::ZERO, &given, "REGISTER", "straz", "a password that nobody guesses");
    assert_ne!(verdict, Verdict::Right);
}
