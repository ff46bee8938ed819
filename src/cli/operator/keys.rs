//! What is typed while the operator works: a word and Enter. Nothing is read where nobody types.
//!
//! Must not know calls.

use std::io::BufRead as _;
use std::sync::mpsc::{Receiver, channel};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Answer,
    HangUp,
    Quit,
}

impl Key {
    fn typed(line: &str) -> Option<Key> {
        match line.trim().chars().next()?.to_ascii_lowercase() {
            'a' | 'o' => Some(Key::Answer),
            'h' | 'r' => Some(Key::HangUp),
            'q' | 'k' => Some(Key::Quit),
            _ => None,
        }
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
        for (line, key) in [("a", Some(Key::Answer)), ("Odbierz", Some(Key::Answer)), (" h ", Some(Key::HangUp))] {
            assert_eq!(Key::typed(line), key);
        }
        assert_eq!((Key::typed("rozłącz"), Key::typed("q"), Key::typed("")), (Some(Key::HangUp), Some(Key::Quit), None));
        assert_eq!(Key::typed("é"), None);
    }
}
