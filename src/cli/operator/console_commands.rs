//! What is typed while the operator works: a word and Enter. Nothing is read where nobody types.

use std::io::BufRead as _;
use std::sync::mpsc::{Receiver, channel};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Answer,
    HangUp,
    Quit,
    /// 183 to the call that rings.
    Announce,
    Hold,
    Resume,
    /// Media to another port.
    Move,
    /// The first operator is busy, or is not any more.
    Busy,
    /// The server is a black hole, or is well again.
    Primary,
    Backup,
    /// Nothing of ours is sent into calls, or again.
    Mute,
}

/// English word, Polish word, and the letters that will do.
const WORDS: [(&str, &str, &[&str], Key); 11] = [
    ("answer", "odbierz", &["a", "o"], Key::Answer),
    ("hang up", "rozłącz", &["h", "r"], Key::HangUp),
    ("quit", "koniec", &["q", "k"], Key::Quit),
    ("early", "zapowiedź", &["e", "z"], Key::Announce),
    ("pause", "wstrzymaj", &["p", "w"], Key::Hold),
    ("continue", "wznów", &["c", "u"], Key::Resume),
    ("move", "przenieś", &["m"], Key::Move),
    ("busy", "zajęty", &["b"], Key::Busy),
    ("1", "1", &[], Key::Primary),
    ("2", "2", &[], Key::Backup),
    ("silence", "cisza", &["s"], Key::Mute),
];

impl Key {
    fn typed(line: &str) -> Option<Key> {
        let line = line.trim().to_lowercase();
        let means =
            |(en, pl, letters, _): &&(&str, &str, &[&str], Key)| line == *en || line == *pl || letters.contains(&line.as_str());
        WORDS.iter().find(means).map(|(.., key)| *key)
    }
}

/// Lines of standard input, read by a thread that ends with it or with the program.
pub struct Keys(Option<Receiver<Key>>);

impl Keys {
    pub fn listen() -> Keys {
        let (tell, keys) = channel();
        let read = move || {
            for line in std::io::stdin().lock().lines() {
                let Ok(line) = line else { return };
                if Key::typed(&line).is_some_and(|key| tell.send(key).is_err()) {
                    return;
                }
            }
        };
        // Without a thread there are no keys; everything else works.
        let thread = std::thread::Builder::new().name("keys".to_owned()).spawn(read);
        Keys(thread.is_ok().then_some(keys))
    }
    /// Everything typed since the last look.
    pub fn pressed(&mut self) -> Vec<Key> {
        self.0.as_ref().map(|keys| keys.try_iter().collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_understood_in_both_languages() {
        for (line, key) in
            [("a", Key::Answer), ("Odbierz", Key::Answer), (" h ", Key::HangUp), ("WSTRZYMAJ", Key::Hold), ("2", Key::Backup)]
        {
            assert_eq!(Key::typed(line), Some(key), "{line}");
        }
        for nothing in ["", "é", "answers", "3"] {
            assert_eq!(Key::typed(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn no_word_means_two_keys() {
        let all: Vec<&str> =
            WORDS.iter().flat_map(|(en, pl, letters, _)| [en, pl].into_iter().chain(*letters)).copied().collect();
        for word in &all {
            let meant: Vec<Key> =
                WORDS.iter().filter(|(en, pl, l, _)| en == word || pl == word || l.contains(word)).map(|w| w.3).collect();
            assert_eq!(meant.len(), 1, "{word}");
        }
    }
}
