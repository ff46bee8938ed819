//! The driver against a module at the other end of a socket or a pseudo-terminal, which answers as it is told to.

mod module;

use super::super::{contract, serial};
use super::*;
use crate::clock::{AttentiveClock, RealClock, poll};
use module::{Manner, Shared, answer, set_manner, state};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::channel;

/// A module on the loop-back, for as long as the test's process lives.
fn serve(state: &Shared, base: u16) -> Way {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let way = Way::Tcp(listener.local_addr().expect("bound"));
    let state = Arc::clone(state);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let state = Arc::clone(&state);
            std::thread::spawn(move || {
                let (_kept, never) = channel::<()>();
                let mut head = [0; 7];
                while stream.read_exact(&mut head).is_ok() {
                    let mut body = vec![0; usize::from(head[5]) - 1];
                    stream.read_exact(&mut body).expect("whole");
                    let mut state = state.lock().expect("lock");
                    let manner = state.manner;
                    if manner == Manner::HangsUp {
                        state.manner = Manner::Sound;
                        return;
                    }
                    if manner == Manner::Silent {
                        continue;
                    }
                    let body = answer(&mut state, base, &body);
                    drop(state);
                    let unit = if manner == Manner::OtherUnit { 99 } else { head[6] };
                    let mut bytes = vec![head[0], head[1], 0, 0, 0, body.len() as u8 + 1, unit];
                    bytes.extend(body);
                    match manner {
                        Manner::Dumb => continue,
                        Manner::Slow => assert!(never.recv_timeout(Duration::from_millis(200)).is_err()),
                        Manner::Garbled => bytes.iter_mut().for_each(|byte| *byte ^= 0x55),
                        _ => {}
                    }
                    // In two pieces, as networks may deliver them.
                    let (one, other) = bytes.split_at(5);
                    let _gone = stream.write_all(one).and_then(|()| stream.write_all(other));
                }
            });
        }
    });
    way
}

fn settings(framing: Framing) -> Modbus {
    Modbus::for_tests(framing, 7, Duration::from_millis(5))
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(AttentiveClock::over(Arc::new(RealClock::start()), None))
}

fn opened(state: &Shared, counts: (u8, u8), settings: &Modbus) -> (Opened, Arc<dyn Clock>) {
    let clock = clock();
    let way = serve(state, settings.coil_base);
    (open(&way, settings, counts, Arc::clone(&clock)).expect("opens"), clock)
}

#[test]
fn it_is_a_relay_board_like_any_other() {
    for (base, inverse) in [(0, false), (16, true)] {
        let state = state(4, 0);
        let mut settings = settings(Framing::Tcp);
        (settings.coil_base, settings.inverse_relays) = (base, inverse);
        let (opened, clock) = opened(&state, (4, 0), &settings);
        let mut board = opened.relays.expect("it has relays");
        let closed = || state.lock().expect("lock").coils.iter().map(|coil| coil ^ inverse).collect();
        contract::holds_for(&mut board, 4, &*clock, &closed);
    }
}

#[test]
fn relays_that_follow_inputs_are_freed_once_before_anything_moves() {
    let state = state(4, 4);
    let mut settings = settings(Framing::Tcp);
    settings.control_modes = Some(0x1000);
    state.lock().expect("lock").modes[2] = 0;
    let mut board = opened(&state, (4, 0), &settings).0.relays.expect("it has relays");
    board.identify().expect("it answers");
    board.identify().expect("it answers");
    let state = state.lock().expect("lock");
    assert_eq!(state.modes, [0; 4]);
    assert_eq!(state.questions.iter().filter(|function| **function == 6).count(), 3, "one was in order, and is not written");
}

#[test]
fn whatever_goes_wrong_is_told_of_the_module_and_its_lead() {
    for (manner, cause, remedy) in [
        (Manner::Silent, "not answered within 300 ms", "cable"),
        (Manner::Garbled, "cannot be understood", "cable"),
        (Manner::OtherUnit, "unit 7 was asked and unit 99 has answered", "unit address of its own"),
        (Manner::Refusing, "no such address (exception 2)", "manual"),
    ] {
        let state = state(4, 0);
        let (opened, _) = opened(&state, (4, 0), &settings(Framing::Tcp));
        let mut board = opened.relays.expect("it has relays");
        set_manner(&state, manner);
        for error in [
            board.set(Channel(1), Contact::Closed).err(),
            board.get(Channel(1)).err(),
            board.make_safe().err(),
            board.identify().err(),
        ] {
            let error = error.unwrap_or_else(|| panic!("{manner:?} goes unnoticed"));
            assert!(error.instrument.contains("127.0.0.1") && error.instrument.contains("unit 7"), "{error}");
            assert!(error.cause.en.contains(cause) && error.remedy.en.contains(remedy), "{manner:?}: {error:?}");
        }
        set_manner(&state, Manner::Sound);
        assert!(board.set(Channel(1), Contact::Closed).is_ok(), "after {manner:?} it is in order again");
    }
}

#[test]
fn a_command_whose_answer_is_lost_was_carried_out_or_it_was_not() {
    let state = state(2, 0);
    let (opened, clock) = opened(&state, (2, 0), &settings(Framing::Tcp));
    let mut board = opened.relays.expect("it has relays");
    board.identify().expect("it answers");
    set_manner(&state, Manner::Dumb);
    let theirs = Arc::clone(&state);
    // It finds its tongue again before it is asked what it has done.
    let (began, later) = (clock.now(), Arc::clone(&clock));
    let healed = std::thread::spawn(move || {
        later.wait(ANSWERS_WITHIN / 2).expect("not interrupted");
        set_manner(&theirs, Manner::Sound);
    });
    let left = board.set(Channel(2), Contact::Closed).expect("it was carried out");
    healed.join().expect("in order");
    assert!(left >= began && state.lock().expect("lock").coils[1]);
    set_manner(&state, Manner::Idle);
    board.set(Channel(2), Contact::Open).expect("it says so");
    assert_eq!(board.get(Channel(2)), Ok(Contact::Closed), "it is asked, and says what is");
}

#[test]
fn a_connection_that_was_given_up_is_made_anew() {
    let state = state(2, 0);
    let (opened, _) = opened(&state, (2, 0), &settings(Framing::Tcp));
    let mut board = opened.relays.expect("it has relays");
    board.identify().expect("it answers");
    for to in [Contact::Closed, Contact::Open, Contact::Closed] {
        set_manner(&state, Manner::HangsUp);
        board.set(Channel(1), to).expect("a new connection");
        assert_eq!(board.get(Channel(1)), Ok(to));
    }
}

#[test]
fn a_module_that_is_not_there_is_told_by_its_address() {
    let way = Way::Tcp(([127, 0, 0, 1], 1).into());
    let mut board = open(&way, &settings(Framing::Tcp), (1, 0), clock()).expect("opens").relays.expect("it has relays");
    let error = board.identify().expect_err("nobody listens");
    assert!(error.to_string().contains("127.0.0.1:1") && error.cause.pl.contains("nie udało się"), "{error:?}");
}

/// Waits until `look` has found something, 5 s at most.
fn found<T>(clock: &dyn Clock, look: impl FnMut() -> std::result::Result<Option<T>, crate::clock::Interrupted>) -> T {
    let within = clock.now() + Duration::from_secs(5);
    poll(clock, within, Duration::from_millis(1), look).expect("not interrupted").expect("in time")
}

#[test]
fn a_change_is_stamped_after_it_and_no_later_than_is_said() {
    let state = state(0, 8);
    let mut settings = settings(Framing::Tcp);
    settings.inverse_inputs = true;
    let (opened, clock) = opened(&state, (0, 8), &settings);
    let mut board = opened.inputs.expect("it has inputs");
    found(&*clock, || Ok(board.identify().ok()));
    assert_eq!(board.edges(), Ok(Vec::new()), "what it finds is no change");
    let mut lit = true;
    for round in 0..20 {
        let input = Input(round % 8 + 1);
        let before = clock.now();
        state.lock().expect("lock").inputs[usize::from(input.0) - 1] = lit;
        let changed = clock.now();
        let edges = found(&*clock, || Ok(Some(board.edges().expect("in order")).filter(|edges| !edges.is_empty())));
        assert_eq!(edges.len(), 1);
        assert_eq!(edges[0].value, Edge { input, lit: !lit });
        let (late, stated) = (edges[0].at.seconds_after(before), board.stamp_uncertainty());
        assert!(edges[0].at >= changed || edges[0].at >= before, "{edges:?}");
        let excused = clock.stood_still(before, edges[0].at).map_or(0.0, |still| still.as_secs_f64());
        let told = changed.seconds_after(before) + stated + excused;
        assert!(late <= told, "{late} s late, said to be at most {told} s");
        assert!(stated >= settings.poll.as_secs_f64());
        if round % 8 == 7 {
            lit = !lit;
        }
    }
}

#[test]
fn a_state_is_told_once_it_was_asked_for_since_then() {
    let state = state(0, 2);
    let (opened, clock) = opened(&state, (0, 2), &settings(Framing::Tcp));
    let mut board = opened.inputs.expect("it has inputs");
    state.lock().expect("lock").inputs[1] = true;
    let since = clock.now();
    let lit = found(&*clock, || Ok(board.is_lit(Input(2), since).expect("in order")));
    assert!(lit);
    assert_eq!(board.is_lit(Input(2), clock.now() + Duration::from_secs(60)), Ok(None));
    assert_eq!(board.is_lit(Input(9), since), Ok(None));
}

#[test]
fn one_spoilt_answer_is_asked_for_again_and_a_dead_module_is_told() {
    let state = state(0, 2);
    let (opened, clock) = opened(&state, (0, 2), &settings(Framing::Tcp));
    let mut board = opened.inputs.expect("it has inputs");
    found(&*clock, || Ok(board.identify().ok()));
    set_manner(&state, Manner::HangsUp);
    let since = clock.now();
    found(&*clock, || Ok(board.is_lit(Input(1), since).expect("in order")));
    assert_eq!(board.edges(), Ok(Vec::new()));
    set_manner(&state, Manner::Garbled);
    let error = found(&*clock, || Ok(board.edges().err()));
    assert!(error.cause.en.contains("cannot be understood") && error.instrument.contains("unit 7"), "{error:?}");
    set_manner(&state, Manner::Sound);
    let since = clock.now();
    found(&*clock, || Ok(board.is_lit(Input(1), since).expect("in order")));
}

#[test]
fn a_module_that_is_slow_again_and_again_is_told_and_a_single_gap_is_no_measure() {
    let state = state(0, 2);
    let (opened, clock) = opened(&state, (0, 2), &settings(Framing::Tcp));
    let mut board = opened.inputs.expect("it has inputs");
    found(&*clock, || Ok(board.identify().ok()));
    let began = clock.now();
    let held = state.lock().expect("lock");
    clock.wait(Duration::from_millis(200)).expect("not interrupted");
    drop(held);
    found(&*clock, || Ok(clock.stood_still(began, clock.now())));
    assert_eq!(board.edges(), Ok(Vec::new()));
    set_manner(&state, Manner::Slow);
    let error = found(&*clock, || Ok(board.edges().err()));
    assert!(error.cause.en.contains("ms apart") && error.remedy.en.contains("switch"), "{error:?}");
    assert!(board.stamp_uncertainty() < 0.2, "{}", board.stamp_uncertainty());
}

#[test]
fn relays_are_switched_while_inputs_are_asked_for_all_the_time() {
    let state = state(2, 2);
    let mut settings = settings(Framing::Tcp);
    settings.poll = Duration::from_millis(2);
    let (opened, clock) = opened(&state, (2, 2), &settings);
    let (mut relays, mut inputs) = (opened.relays.expect("relays"), opened.inputs.expect("inputs"));
    found(&*clock, || Ok(inputs.identify().ok()));
    let closed = || state.lock().expect("lock").coils.clone();
    contract::holds_for(&mut relays, 2, &*clock, &closed);
    assert_eq!(inputs.edges(), Ok(Vec::new()));
}

#[test]
fn it_serves_as_many_as_a_rig_may_name() {
    use crate::rig::Capability;
    let row = crate::rig::drivers::find("modbus-io").expect("its row");
    let (relays, inputs) = (row.most(Capability::Relay), row.most(Capability::Input));
    let state = state(usize::from(relays), usize::from(inputs));
    let (opened, clock) = opened(&state, (relays, inputs), &settings(Framing::Tcp));
    let (mut board, mut watched) = (opened.relays.expect("relays"), opened.inputs.expect("inputs"));
    assert!((1..=relays).all(|channel| board.set(Channel(channel), Contact::Closed).is_ok()));
    assert!(state.lock().expect("lock").coils.iter().all(|coil| *coil));
    state.lock().expect("lock").inputs[usize::from(inputs) - 1] = true;
    let since = clock.now();
    assert!(found(&*clock, || Ok(watched.is_lit(Input(inputs), since).expect("in order"))));
}

/// A module on the far end of a pseudo-terminal: 8 bytes are a question, but for that which writes many coils.
fn serve_on_line(state: &Shared, ends: &Arc<AtomicBool>) -> (Way, std::thread::JoinHandle<()>) {
    let (path, mut far) = serial::tests_pair();
    let (state, ends) = (Arc::clone(state), Arc::clone(ends));
    let served = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        while !ends.load(Ordering::Relaxed) {
            let mut buffer = [0; 64];
            if let Ok(count) = far.read(&mut buffer) {
                bytes.extend_from_slice(&buffer[..count]);
            }
            let length = if bytes.get(1) == Some(&15) { bytes.get(6).map_or(9, |more| 9 + usize::from(*more)) } else { 8 };
            if bytes.len() < length {
                continue;
            }
            let question: Vec<u8> = bytes.drain(..length).collect();
            let (body, sum) = question.split_at(length - 2);
            assert_eq!(sum, protocol::check_sum(body).to_le_bytes());
            let mut state = state.lock().expect("lock");
            if state.manner == Manner::Silent {
                continue;
            }
            let said = [&body[..1], &answer(&mut state, 0, &body[1..])].concat();
            let framed = [&said[..], &protocol::check_sum(&said).to_le_bytes()].concat();
            far.write_all(&framed).expect("a line");
        }
    });
    (Way::Serial { path, baud: 115_200, even: false }, served)
}

#[test]
fn on_a_serial_line_it_is_the_same() {
    let (state, ends) = (state(8, 8), Arc::new(AtomicBool::new(false)));
    let (way, served) = serve_on_line(&state, &ends);
    let clock = clock();
    let opened = open(&way, &settings(Framing::Rtu), (8, 8), Arc::clone(&clock)).expect("opens");
    let (mut relays, mut inputs) = (opened.relays.expect("relays"), opened.inputs.expect("inputs"));
    found(&*clock, || Ok(inputs.identify().ok()));
    let closed = || state.lock().expect("lock").coils.clone();
    contract::holds_for(&mut relays, 8, &*clock, &closed);
    state.lock().expect("lock").inputs[7] = true;
    let edges = found(&*clock, || Ok(Some(inputs.edges().expect("in order")).filter(|edges| !edges.is_empty())));
    assert_eq!(edges[0].value, Edge { input: Input(8), lit: true });
    set_manner(&state, Manner::Silent);
    let error = relays.set(Channel(1), Contact::Closed).expect_err("nobody answers");
    assert!(error.remedy.en.contains("A and B") && error.remedy.pl.contains("A i B"), "{error:?}");
    drop(inputs);
    ends.store(true, Ordering::Relaxed);
    served.join().expect("in order");
}
