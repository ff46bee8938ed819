//! The live post against software that nobody here wrote: baresip as the operator's telephone, sipp as a registrar that
//! refuses first. Skipped, in so many words, where a program is not installed.

use super::post::{IDENTITY, Post, Scratch, read_wav, signal, write_wav};
use super::{Desk, PASSWORD, SECOND, cut, place, ready_again};
use hejnal::clock::{Clock as _, RealClock, poll};
use hejnal::dsp::stimulus::burst;
use std::io::Write as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// Ended when dropped.
struct Peer(Child);

impl Peer {
    fn start(program: &mut Command) -> Peer {
        Peer(program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts"))
    }
    /// Asks it to end in good order.
    fn terminate(&self) {
        signal(self.0.id(), "TERM");
    }
    fn ended(&mut self, clock: &RealClock, within: Duration) -> Option<ExitStatus> {
        let look = || Ok::<_, hejnal::clock::Interrupted>(self.0.try_wait().expect("a child of ours"));
        poll(clock, clock.now() + within, Duration::from_millis(20), look).expect("not interrupted")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// Whether a program is there; says so if it is not.
fn is_there(program: &str, package: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        // Straight to the terminal: what a passing test prints is not shown.
        let _nobody_reads =
            writeln!(std::io::stderr(), "SKIPPED: {program} is not installed (Debian: apt-get install {package})");
    }
    found
}

/// A telephone that answers by itself, says what is in `says.wav` and writes down both directions.
fn baresip(scratch: &Scratch, port: u16) -> Peer {
    let folder = scratch.folder().display();
    let account = format!("<sip:operator@127.0.0.1:{port}>;regint=0;audio_codecs=pcmu/8000/1,pcma/8000/1;answermode=auto\n");
    let (media, last) = (port + 10, port + 20);
    let config = format!(
        "poll_method epoll\nsip_listen 127.0.0.1:{port}\ncall_max_calls 2\naudio_buffer 20-160\naudio_player aubridge,sink\n\
         audio_source aufile,{folder}/says.wav\naudio_alert aufile,/dev/null\nausrc_srate 8000\nauplay_srate 8000\n\
         ausrc_channels 1\nauplay_channels 1\naudio_txmode thread\nausrc_format s16\nauplay_format s16\nauenc_format s16\n\
         audec_format s16\nrtp_ports {media}-{last}\njitter_buffer_delay 2-5\nmodule_path /usr/lib/baresip/modules\n\
         module g711.so\nmodule aufile.so\nmodule aubridge.so\nmodule sndfile.so\nsnd_path {folder}\n\
         module_tmp account.so\nmodule_app menu.so\n"
    );
    std::fs::write(scratch.path("accounts"), account).expect("written");
    std::fs::write(scratch.path("config"), config).expect("written");
    Peer::start(Command::new("baresip").args(["-n", "127.0.0.1", "-f"]).arg(scratch.folder()))
}

#[test]
fn a_softphone_is_the_operator() {
    if !is_there("baresip", "baresip-core") {
        return;
    }
    let scratch = Scratch::new();
    let clock = Arc::new(RealClock::start());
    // Silent while the post's person speaks, and longer than the call.
    let mut says = vec![0.0; 8_000 * 3];
    let back = burst(9, 8_000, 1.5);
    says.extend(&back);
    says.extend(vec![0.0; 8_000 * 60]);
    write_wav(&scratch.path("says.wav"), &says, 8_000);
    let said = burst(5, 16_000, 1.5);
    write_wav(&scratch.path("mouth.wav"), &said, 16_000);
    let phone = baresip(&scratch, 27_360);
    let (mouth, ear) = (scratch.text("mouth.wav"), scratch.text("ear.wav"));
    let server = "sip:operator@127.0.0.1:27360";
    let mut post = Post::start(&clock, &["--direct", "--server", server, "--mouth", &mouth, "--ear", &ear]);
    post.expect("lamp     out of service off", SECOND * 30);
    post.send("press");
    let connected = post.expect("lamp     connected on", SECOND * 10).stamp();
    let spoken = post.expect("mouth    speaks from", SECOND * 5).figure_after("speaks from");
    clock.wait(Duration::from_millis(5500)).expect("not interrupted");
    assert!(!post.has_shown("connected off"), "the call is up");
    phone.terminate();
    post.expect("lamp     connected off", SECOND * 10);
    drop(phone);
    assert_eq!(post.quit().0, Some(0));

    let files = std::fs::read_dir(scratch.folder()).expect("a folder").flatten().map(|entry| entry.path());
    let heard = files.filter(|path| path.to_string_lossy().ends_with("-dec.wav")).max().expect("what the softphone heard");
    let (samples, rate) = read_wav(&heard);
    let at_phone = place(&said, 16_000.0, &samples, rate);
    let (samples, rate) = read_wav(&scratch.path("ear.wav"));
    let from = connected + 1.0;
    let stretch = &samples[(from * rate) as usize..((from + 4.5).min(samples.len() as f64 / rate) * rate) as usize];
    let at_post = place(&back, 8_000.0, stretch, rate);
    println!(
        "baresip: post heard {:.3} s into its call (lips at {:.3} s after the answer), gain {:.2}, SNR {:.0} dB; baresip heard at the \
         post {:.3} s after the answer, spoken 3 s into its file, gain {:.2}, SNR {:.0} dB",
        at_phone.seconds,
        spoken - connected,
        at_phone.gain,
        at_phone.snr_db,
        1.0 + at_post.seconds,
        at_post.gain,
        at_post.snr_db
    );
    assert!(at_phone.snr_db > 6.0 && at_post.snr_db > 6.0, "speech, not noise");
    assert!((2.7..4.5).contains(&(1.0 + at_post.seconds)), "heard when it was said");
}

const REFUSED: &str = "SIP/2.0 CODE No";
const GRANTED: &str = "SIP/2.0 200 OK\n[last_Contact:];expires=60";

/// A registrar for one post that gives each of its REGISTERs in turn one of these answers.
fn registrar(answers: &[&str]) -> String {
    let turn = |answer: &&str| {
        let (start, more) =
            answer.split_once('\n').map_or((*answer, String::new()), |(start, more)| (start, format!("{more}\n")));
        format!(
            "  <recv request=\"REGISTER\"/>\n  <send><![CDATA[\n{start}\n[last_Via:]\n[last_From:]\n[last_To:];tag=r[call_number]\n\
             [last_Call-ID:]\n[last_CSeq:]\n{more}Content-Length: 0\n\n]]></send>\n"
        )
    };
    let turns: String = answers.iter().map(turn).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=\"registrar\">\n{turns}</scenario>\n")
}

/// sipp as that registrar.
fn sipp(scratch: &Scratch, name: &str, port: u16, scenario: &str) -> Peer {
    let file = scratch.path(&format!("{name}.xml"));
    std::fs::write(&file, scenario).expect("written");
    let mut sipp = Command::new("sipp");
    sipp.args(["-i", "127.0.0.1", "-m", "1", "-nostdin", "-p", &port.to_string()]);
    Peer::start(sipp.arg("-sf").arg(file).current_dir(scratch.folder()))
}

#[test]
fn a_registrar_that_refuses_once_is_survived() {
    if !is_there("sipp", "sip-tester") {
        return;
    }
    let scratch = Scratch::new();
    let clock = Arc::new(RealClock::start());
    let check = |code: &str, port: u16| {
        let scenario = registrar(&[&REFUSED.replace("CODE", code), GRANTED, GRANTED]);
        let mut registrar = sipp(&scratch, code, port, &scenario);
        let mut post = Post::start(&clock, &["--server", &format!("sip:operator@127.0.0.1:{port}")]);
        let booted = post.expect("console  $BOOT", SECOND * 30).stamp();
        let registered = post.expect("lamp     out of service off", SECOND * 60).stamp();
        // Three seconds to boot, ten between the firmware's attempts: the first one was refused.
        assert!(registered - booted > 5.0, "{code}: registered {:.2} s after boot", registered - booted);
        post.send("fibre cut");
        post.expect("lamp     out of service on", SECOND * 10);
        clock.wait(cut()).expect("not interrupted");
        post.send("fibre restore");
        let mended = post.expect("fibre    connected", SECOND * 5).stamp();
        let back = post.expect("lamp     out of service off", SECOND * 30).stamp();
        println!(
            "{IDENTITY} at sipp: {code} once, then registered {:.2} s after boot; again {:.2} s after the fibre's return",
            registered - booted,
            back - mended
        );
        assert!(back - mended < ready_again());
        assert_eq!(post.quit().0, Some(0));
        let ended = registrar.ended(&clock, SECOND * 10);
        assert!(ended.is_some_and(|status| status.success()), "{code}: sipp says {ended:?}");
    };
    std::thread::scope(|scope| {
        for (code, port) in [("403", 27_460), ("480", 27_461), ("503", 27_462)] {
            let check = &check;
            scope.spawn(move || check(code, port));
        }
    });
}

#[test]
fn a_registrar_that_is_silent_for_a_while_is_found_again_within_the_limit() {
    let clock = Arc::new(RealClock::start());
    let check = |who: &str, port: u16, begin: &dyn Fn()| {
        // Takes every datagram and answers none: a cut behind the converter, or a server that hangs.
        let hole = std::net::UdpSocket::bind(("127.0.0.1", port)).expect("a free port");
        let server = format!("sip:operator@127.0.0.1:{port}");
        let mut post = Post::start(&clock, &["--server", &server, "--password", PASSWORD]);
        post.expect("console  $BOOT", SECOND * 30);
        clock.wait(SECOND * 6).expect("not interrupted");
        assert!(!post.has_shown("out of service off"), "nobody has answered");
        post.send("status");
        let back = post.expect(" status ", SECOND * 5).stamp();
        drop(hole);
        begin();
        let registered = post.expect("lamp     out of service off", SECOND * 30).stamp();
        println!("{who}: registered {:.2} s after the registrar came back (limit T20: {} s)", registered - back, ready_again());
        assert!(registered - back < ready_again());
        assert_eq!(post.quit().0, Some(0));
    };
    std::thread::scope(|scope| {
        let (check, clock) = (&check, &clock);
        scope.spawn(move || {
            let desk = std::cell::OnceCell::new();
            check("our operator", 27_564, &|| drop(desk.set(Desk::open(clock, 27_564))));
        });
        if is_there("sipp", "sip-tester") {
            scope.spawn(move || {
                let scratch = Scratch::new();
                let peer = std::cell::OnceCell::new();
                check("sipp", 27_570, &|| drop(peer.set(sipp(&scratch, "silent", 27_570, &registrar(&[GRANTED])))));
            });
        }
    });
}
