//! Reports are pure functions of a journal: on any machine, at any time, with no bench. Each is a view of one read
//! model (`model`).

mod attempt;
pub mod events;
pub mod html;
pub mod junit;
pub mod markdown;
pub mod metrics;
pub mod model;
pub mod protocol;
pub mod terminal;
mod words;

pub use attempt::{Attempt, Margin, Step};
pub use model::{Case, Keep, Model};
pub use words::{NOT_ASKED_FOR, exit_meaning, roughly, simulated_in_words, tally as tally_in_words, verdict_in_words};

#[cfg(test)]
mod tests {
    use crate::clock::Instant;
    use crate::fault::Blame;
    use crate::instrument::{InstrumentError, Subsystem};
    use crate::journal::read::read;
    use crate::journal::seen::{CallObservation, Observation};
    use crate::journal::store::tests::run_began;
    use crate::journal::store::{FILE_NAME, Journal};
    use crate::journal::{Ending, Entry, Event, Measurement, Outcome, SafeCheck, Tally};
    use crate::unit::{Estimate, Method};
    use crate::verdict::Criterion;
    use crate::verdict::{Source, Verdict, decide};
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/journals").join(name)
    }

    /// A run with a pass, a shortfall, a close call, a retry, an undecided figure, a broken bench and a mistake of
    /// ours.
    pub(in crate::report) fn whole_run() -> Vec<Entry> {
        read(&fixture("whole.jsonl")).unwrap().entries
    }

    /// The same, killed in the middle of its second scenario.
    pub(in crate::report) fn cut_run() -> Vec<Entry> {
        read(&fixture("cut.jsonl")).unwrap().entries
    }

    struct Script {
        journal: Journal,
        now: Instant,
    }

    impl Script {
        fn say(&mut self, event: Event) {
            self.now = self.now + Duration::from_millis(250);
            self.journal.append(self.now, event);
        }
        fn begin(&mut self, id: &str, name: &str, attempt: u32) {
            let (number, title) =
                if id < "S12" { ("01_call", "Call to the City Guard operator") } else { ("03_speech", "Speech") };
            self.say(Event::ScenarioBegan {
                id: id.into(),
                name: name.into(),
                feature: title.into(),
                file: format!("features/en/{number}.feature"),
                line: 12,
                tags: vec![format!("@{id}"), "@fat".into()],
                round: 1,
                attempt,
            });
        }
        fn step(&mut self, keyword: &str, text: &str) {
            self.say(Event::StepBegan { line: 14, keyword: keyword.into(), text: text.into() });
        }
        fn passes(&mut self, keyword: &str, text: &str) {
            self.step(keyword, text);
            self.say(Event::StepEnded { ending: Ending::passed() });
        }
        fn measure(
            &mut self,
            key: &str,
            en: &str,
            pl: &str,
            estimate: Estimate,
            criterion: Criterion,
            source: (&str, &str),
        ) -> Ending {
            let (outcome, ending) = match decide((en, pl), estimate, criterion) {
                Verdict::Pass => (Outcome::Passed, Ending::passed()),
                Verdict::Fail(shortfall) => (Outcome::Failed, crate::post::Fault::from(shortfall).ending()),
                Verdict::Inconclusive(undecided) => (Outcome::Inconclusive, crate::post::Fault::from(undecided).ending()),
            };
            self.say(Event::Measured(Measurement {
                key: key.into(),
                en: en.into(),
                pl: pl.into(),
                observations: 1,
                estimate,
                criterion: Some(criterion),
                source: Some(Source { id: source.0.into(), text: source.1.into() }),
                method: Method::new("difference of source stamps", "różnica znaczników czasu u źródła", "JCGM 100:2008, 5.1.2")
                    .into(),
                outcome,
            }));
            ending
        }
        fn end(&mut self, id: &str, attempt: u32, ending: Ending) {
            let check = |what: (&str, &str)| SafeCheck { what: what.into(), ok: true, detail: ("read back", "odczytano").into() };
            self.say(Event::MadeSafe {
                checks: vec![
                    check(("button released", "przycisk zwolniony")),
                    check(("mains on", "zasilanie włączone")),
                    check(("fibre connected", "światłowód podłączony")),
                ],
            });
            self.say(Event::ScenarioEnded { id: id.into(), round: 1, attempt, ending });
        }
    }

    /// Writes the journals that the snapshots are taken from. They are kept as files, so that a change of format is
    /// seen to break them.
    fn write_fixture(script: &mut Script) {
        script.journal.append(Instant::ZERO, {
            let Event::RunBegan { format, hejnal, lang, seed, simulated, rig, rig_file, rig_sha256, post, by, .. } = run_began()
            else {
                unreachable!()
            };
            Event::RunBegan {
                format,
                hejnal,
                lang,
                seed,
                simulated,
                rig,
                rig_file,
                rig_sha256,
                post,
                planned: 7,
                takes_s: Some(1500),
                by,
            }
        });
        script.journal.append(Instant::ZERO, Event::WallClock { unix_seconds: 1_783_087_509 });
        let why = ("it takes hours of the post's time", "zajmuje punktowi wiele godzin").into();
        script
            .journal
            .append(Instant::ZERO, Event::LeftOut { id: "S05".into(), name: "Three hundred presses, none lost".into(), why });
        let (model, unit) = ("LCUS-4 relay board".into(), "/dev/ttyUSB0".into());
        script.say(Event::InstrumentOpened { name: "relay".into(), model, unit });
        let what = ("relay contact", "styk przekaźnika");
        let method = ("sense contact, 200 switchings", "styk kontrolny, 200 przełączeń");
        script.say(Event::Budget {
            key: "bench.relay".into(),
            what: what.into(),
            estimate: Estimate::seconds(0.0041, 0.0006),
            method: method.into(),
        });
        first_half(script);
        second_half(script);
    }

    fn first_half(script: &mut Script) {
        let ringing = ("press to ringing", "od naciśnięcia do dzwonka");
        let t02 = ("T02", "[EJ]; ITU-T E.721: 3 s, 95 %: 6 s [M]");
        script.begin("S01", "One press raises exactly one call within the limit", 1);
        script.passes("Given", "the post is ready");
        script.passes("When", "the button is pressed for 200 ms");
        script.step("Then", "the operator's phone rings within 2 s");
        script.say(Event::Did { instrument: "relay".into(), action: "close 1".into() });
        let at = script.now;
        let what = Observation::Call { call: 1, what: CallObservation::Ringing };
        script.say(Event::Seen { source: "operator".into(), seen_at_ns: at, uncertainty_ns: Some(200_000), what });
        let ending = script.measure(
            "T02.press-to-ringing",
            ringing.0,
            ringing.1,
            Estimate::seconds(1.24, 0.004),
            Criterion::AtMost(2.0),
            t02,
        );
        script.measure(
            "call.arrived",
            "calls raised",
            "liczba zgłoszeń",
            Estimate::count(1),
            Criterion::Exactly(1.0),
            ("T33", "[EJ]"),
        );
        script.say(Event::StepEnded { ending: ending.clone() });
        script.end("S01", 1, ending);

        script.begin("S02", "Both sides hear each other from the first word", 1);
        script.step("Then", "both sides hear each other within 500 ms");
        let heard = ("answer to speech", "od odebrania do mowy");
        let ending = script.measure(
            "T04.answer-to-voice",
            heard.0,
            heard.1,
            Estimate::seconds(0.743, 0.006),
            Criterion::AtMost(0.5),
            ("T04", "[EJ]"),
        );
        script.say(Event::StepEnded { ending: ending.clone() });
        let file = "audio/S02-r1-a1-operator.wav".to_string();
        script.say(Event::Audio { file, sha256: "ef".repeat(32), what: "what the operator heard".into(), kept: true });
        script.end("S02", 1, ending);
    }

    fn second_half(script: &mut Script) {
        script.begin("S03", "The call names the right point and place", 1);
        let error = InstrumentError::new(
            "relay",
            "close contact 1",
            crate::unit::Bilingual::same("no answer in 200 ms"),
            (
                "check the USB cable of the relay board",
                "sprawdź zasilanie, przewód USB i port modułu przekaźników oraz przewody przekaźnika i jego wejścia kontrolnego",
            ),
        );
        let broken = crate::post::Fault::from(error.of(Subsystem::Relays)).ending();
        script.end("S03", 1, broken.clone());
        script.begin("S03", "The call names the right point and place", 2);
        script.passes("Then", "the call is from \"SOS-0417\"");
        script.end("S03", 2, Ending::passed());

        script.begin("S12", "Delay stays within the limit for the whole call", 1);
        script.step("Then", "speech takes at most 150 ms each way");
        let delay = ("mouth to ear, worst", "od ust do ucha, najgorzej");
        let ending = script.measure(
            "T10.delay.to-operator",
            delay.0,
            delay.1,
            Estimate::seconds(0.1496, 0.0008),
            Criterion::AtMost(0.15),
            ("T10", "ITU-T G.114: 150 ms [V]; 250 ms [EJ]"),
        );
        script.say(Event::StepEnded { ending: ending.clone() });
        script.end("S12", 1, ending);

        script.begin("S13", "Speech is understood in street noise", 1);
        script.step("When", "the operator speaks a sentence");
        script.say(Event::StepEnded { ending: broken.clone() });
        let stuck = SafeCheck {
            what: ("button released", "przycisk zwolniony").into(),
            ok: false,
            detail: ("read back as pressed", "odczytano: przycisk wciśnięty").into(),
        };
        script.say(Event::MadeSafe { checks: vec![stuck] });
        script.say(Event::ScenarioEnded { id: "S13".into(), round: 1, attempt: 1, ending: broken });

        script.begin("S14", "Speech survives packet loss, jitter and call transfer", 1);
        let stumble = Ending::failed(
            Blame::Hejnal,
            (
                "hejnal panicked: index out of bounds (at src/dsp/gaps.rs:88:17)",
                "błąd wewnętrzny programu hejnal: index out of bounds (at src/dsp/gaps.rs:88:17)",
            ),
            (
                "this is a mistake in hejnal, not in the post: report it and attach the journal",
                "to błąd programu hejnal, nie punktu: zgłoś go i dołącz dziennik",
            ),
        );
        script.end("S14", 1, stumble.clone());
        let ending = stumble;
        let mut tally = Tally { passed: 2, failed: 1, inconclusive: 1, ..Tally::default() };
        (tally.not_judged_bench, tally.not_judged_hejnal, tally.skipped) = (1, 1, 1);
        script.say(Event::RunEnded { ending, tally, exit_code: 70 });
    }

    #[test]
    fn the_fixtures_are_what_the_store_writes_today() {
        let scratch = tempfile::tempdir().unwrap();
        let mut script = Script { journal: Journal::create(scratch.path()).unwrap(), now: Instant::ZERO };
        write_fixture(&mut script);
        script.journal.commit().unwrap();
        let text = std::fs::read_to_string(scratch.path().join(FILE_NAME)).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let cut = lines.iter().position(|line| line.contains("\"S02\"")).unwrap() + 2;
        let cut_text = lines[..cut].concat() + &lines[cut][..20];
        if std::env::var_os("HEJNAL_BLESS").is_some() {
            std::fs::create_dir_all(fixture("")).unwrap();
            std::fs::write(fixture("whole.jsonl"), &text).unwrap();
            std::fs::write(fixture("cut.jsonl"), &cut_text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(fixture("whole.jsonl")).unwrap(), text);
        assert_eq!(std::fs::read_to_string(fixture("cut.jsonl")).unwrap(), cut_text);
    }
}
