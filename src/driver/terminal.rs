//! Questions to the person at this machine's terminal: put on the error stream, so that a report on the output stays
//! whole, and answered by lines.
//!
//! Must not know what is asked. Nothing is read before the first question: a run that asks nothing leaves the input
//! alone.

use crate::clock::{Clock, Stamped};
use crate::instrument::inspector::{Answer, Inspector};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::unit::Bilingual;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

const NAME: &str = "terminal";
const WHO: &str = "Name of the person who signs / Imię i nazwisko osoby podpisującej:";
const HOW: &str = "y/t: yes/tak, n: no/nie, ?: not checked/nie sprawdzono; then a remark/potem uwaga:";

/// Where lines come from and questions go.
pub struct Terminal {
    clock: Arc<dyn Clock>,
    /// Given away with the first question.
    input: Option<Box<dyn BufRead + Send>>,
    output: Box<dyn Write + Send>,
    /// Somebody can answer.
    is_attended: bool,
    lines: Option<Receiver<Stamped<String>>>,
    /// Who signs, once he has said so.
    name: Option<String>,
}

fn failed(action: &str, cause: impl Into<Bilingual>) -> InstrumentError {
    let remedy = (
        "run it at a terminal where a person can answer, or leave out the scenarios tagged @manual",
        "uruchom na terminalu, przy którym ktoś może odpowiedzieć, albo pomiń scenariusze ze znacznikiem @manual",
    );
    InstrumentError::new(NAME, action, cause, remedy)
}

impl Terminal {
    /// This machine's own.
    pub fn of_this_process(clock: Arc<dyn Clock>) -> Terminal {
        let is_attended = io::stdin().is_terminal();
        Terminal::over(Box::new(BufReader::new(io::stdin())), Box::new(io::stderr()), is_attended, clock)
    }

    pub fn over(
        input: Box<dyn BufRead + Send>,
        output: Box<dyn Write + Send>,
        is_attended: bool,
        clock: Arc<dyn Clock>,
    ) -> Terminal {
        Terminal { clock, input: Some(input), output, is_attended, lines: None, name: None }
    }

    /// Begins to read, with the first question. Nobody waits for the thread: it ends with its input or with the
    /// process.
    fn listen(&mut self) -> Result<()> {
        let Some(input) = self.input.take() else { return Ok(()) };
        let (tell, lines) = channel();
        let clock = Arc::clone(&self.clock);
        let thread = std::thread::Builder::new().name(NAME.to_owned()).spawn(move || read(input, &*clock, &tell));
        thread.map_err(|error| failed("start a thread", Bilingual::same(error)))?;
        self.lines = Some(lines);
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<()> {
        let said = writeln!(self.output, "{text}").and_then(|()| self.output.flush());
        said.map_err(|error| failed("ask", Bilingual::same(error)))
    }
}

fn read(input: Box<dyn BufRead + Send>, clock: &dyn Clock, tell: &Sender<Stamped<String>>) {
    for line in input.lines() {
        let Ok(line) = line else { return };
        if tell.send(Stamped::new(clock.now(), line)).is_err() {
            return;
        }
    }
}

impl Instrument for Terminal {
    fn identify(&mut self) -> Result<Identity> {
        let model = if self.is_attended { "person at the terminal" } else { "terminal that nobody is at" };
        Ok(Identity { model: model.to_owned(), unit: NAME.to_owned() })
    }
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Inspector for Terminal {
    fn ask(&mut self, question: &str) -> Result<()> {
        if !self.is_attended {
            return Err(failed("ask", ("nobody is at the terminal", "przy terminalu nikogo nie ma")));
        }
        self.listen()?;
        // What was typed before the question is no answer to it.
        while self.lines.as_ref().is_some_and(|lines| lines.try_recv().is_ok()) {}
        self.say(&format!("\n  {question}"))?;
        self.say(if self.name.is_none() { WHO } else { HOW })
    }

    fn answer(&mut self) -> Result<Option<Stamped<Answer>>> {
        let line = match self.lines.as_ref().map(Receiver::try_recv) {
            Some(Ok(line)) => line,
            Some(Err(std::sync::mpsc::TryRecvError::Disconnected)) => {
                return Err(failed("read an answer", ("the input has ended", "wejście terminala zamknięto przed odpowiedzią")));
            }
            Some(Err(std::sync::mpsc::TryRecvError::Empty)) | None => return Ok(None),
        };
        let Some(name) = &self.name else {
            let name = line.value.trim();
            if !name.is_empty() {
                self.name = Some(name.to_owned());
            }
            let next = if self.name.is_some() { HOW } else { WHO };
            self.say(next)?;
            return Ok(None);
        };
        match Answer::read(&line.value, name) {
            Some(answer) => Ok(Some(line.map(|_| answer))),
            None => {
                self.say(HOW)?;
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::RealClock;
    use crate::instrument::inspector::Word;
    use std::io::Read;
    use std::sync::Mutex;
    use std::time::Duration;

    /// Lines as a person types them: each only once the one before has been read.
    struct Keyboard(Receiver<String>);
    impl Read for Keyboard {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Ok(line) = self.0.recv() else { return Ok(0) };
            let bytes = line.as_bytes();
            buffer[..bytes.len()].copy_from_slice(bytes);
            Ok(bytes.len())
        }
    }
    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);
    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("whole").write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn answered(terminal: &mut Terminal) -> Result<Option<Answer>> {
        for _ in 0..500 {
            if let Some(answer) = terminal.answer()? {
                return Ok(Some(answer.value));
            }
            terminal.clock.wait(Duration::from_millis(10)).expect("nobody stops it");
        }
        Ok(None)
    }

    #[test]
    fn a_person_gives_a_name_once_and_a_word_to_each_question() {
        let (types, keyboard) = channel();
        let screen = Screen::default();
        let input = Box::new(BufReader::new(Keyboard(keyboard)));
        let mut terminal = Terminal::over(input, Box::new(screen.clone()), true, Arc::new(RealClock::start()));
        terminal.ask("Is the sign there?").expect("somebody is there");
        for line in ["\n", "A. Nowak\n", "perhaps\n", "t 92 cm\n"] {
            types.send(line.to_owned()).expect("somebody reads");
        }
        let first = Answer { word: Word::Yes, remark: "92 cm".into(), by: "A. Nowak".into() };
        assert_eq!(answered(&mut terminal), Ok(Some(first)));
        terminal.ask("Is it lit?").expect("somebody is there");
        types.send("n\n".to_owned()).expect("somebody reads");
        assert_eq!(answered(&mut terminal).map(|answer| answer.map(|answer| answer.word)), Ok(Some(Word::No)));
        let shown = String::from_utf8(screen.0.lock().expect("whole").clone()).expect("text");
        assert_eq!(shown.matches(WHO).count(), 2, "{shown}");
        assert!(shown.contains("Is the sign there?") && shown.contains("Is it lit?"), "{shown}");
        drop(types);
        terminal.ask("And now?").expect("somebody was there");
        assert!(answered(&mut terminal).is_err());
    }

    #[test]
    fn where_nobody_is_nothing_is_asked() {
        let mut terminal = Terminal::over(Box::new(io::empty()), Box::new(io::sink()), false, Arc::new(RealClock::start()));
        assert!(terminal.ask("Is the sign there?").is_err());
        assert_eq!(terminal.answer(), Ok(None));
    }
}
