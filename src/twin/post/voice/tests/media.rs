//! Sound: the truth about it, its defects, its cost; and foreign bytes.

use super::server::{in_dialog, sdp};
use super::*;

fn stamp(packet: &[u8]) -> u32 {
    u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]])
}

#[test]
fn a_click_is_in_the_packet_where_truth_says() {
    for ppm in [0.0, 150.0, -300.0] {
        let mut bench = Bench::talking(Config { codec_clock_ppm: ppm, ..config() });
        let click = bench.now.as_secs_f64() + 20.0123;
        bench.air.clicks.push(click);
        bench.stream = None;
        bench.run(25.0);
        let truth = &bench.voice.truth().calls[0];
        assert_eq!(truth.sent.segments().len(), 1);
        let found: Vec<f64> = bench
            .rtp
            .iter()
            .flat_map(|(_, _, p)| p[12..].iter().enumerate().map(|(n, code)| (stamp(p).wrapping_add(n as u32), *code)))
            .filter(|(_, code)| !matches!(code, 0xD5 | 0x55))
            .filter_map(|(timestamp, _)| truth.sent.seconds_of(timestamp))
            .collect();
        assert_eq!(found.len(), 1, "{ppm}");
        assert!((found[0] - click).abs() <= 0.5 / 8000.0 + 1e-6, "{ppm}: {} and not {click}", found[0]);
    }
}

#[test]
fn packets_leave_one_millisecond_after_their_frame() {
    let bench = Bench::talking(Config { codec_clock_ppm: 100.0, ..config() });
    let truth = &bench.voice.truth().calls[0];
    let period = truth.sent.segments()[0].seconds_per_tick;
    for (n, (at, to, packet)) in bench.rtp.iter().enumerate() {
        let late = at.as_secs_f64() - (truth.sent.seconds_of(stamp(packet)).unwrap() + 160.0 * period);
        assert!((late - 0.001).abs() < 2e-9, "{late}");
        assert_eq!((to.to_string().as_str(), packet.len(), packet[1]), ("10.0.0.1:7000", 172, if n == 0 { 0x88 } else { 8 }));
    }
    assert_eq!(truth.invite_sent, Some(Instant::from_secs_f64(3.6)));
}

#[test]
fn what_is_heard_is_spoken_when_truth_says() {
    let mut bench = Bench::talking(config());
    bench.stream = Some((0xAA, bench.stream.unwrap().1));
    bench.run(0.020);
    let first_loud = 1000 + (bench.stream.unwrap().1 - 1) * 160;
    bench.stream = Some((0xD5, bench.stream.unwrap().1));
    bench.run(1.0);
    let (at, ..) = bench.air.spoken.iter().find(|(_, _, samples)| samples[0] > 0.5).unwrap();
    let truth = bench.voice.truth().calls[0].heard_from(77).unwrap().seconds_of(first_loud).unwrap();
    assert!((at - truth).abs() < 1e-9);
    // Sent 20 ms a packet at its end, 1 ms of way, 40 to 60 ms of buffer.
    assert_eq!(bench.voice.truth().calls[0].concealed, 0);
    assert!(bench.air.spoken.windows(2).all(|w| (w[1].0 - w[0].0 - 0.020).abs() < 1e-9));
}

#[test]
fn dead_ears_and_a_dead_mouth() {
    let mut bench =
        Bench::talking(Config { faults: Faults { mic_dead: true, speaker_dead: true, ..Faults::default() }, ..config() });
    bench.air.clicks.push(bench.now.as_secs_f64() + 0.5);
    bench.run(1.0);
    assert!(bench.rtp.iter().all(|(_, _, p)| p[12..].iter().all(|c| *c == 0xD5)));
    assert!(bench.air.spoken.is_empty() && bench.air.heard_frames > 100);
}

#[test]
fn a_long_call_costs_little() {
    let mut bench = Bench::talking(config());
    let watch = crate::clock::Stopwatch::start();
    bench.run(1800.0);
    let per_second = watch.elapsed().as_secs_f64() / 1800.0;
    assert_eq!(bench.words(), [""; 0]);
    // 0.4 ms is the whole budget; here with the test's own server, unoptimised and on a busy machine.
    assert!(per_second < 0.004, "{per_second} s of CPU a second of call");
    eprintln!("{:.1} s of CPU for 26,000 s of call, test server included", per_second * 26_000.0);
}

#[test]
fn mutated_datagrams_do_no_harm() {
    let mut bench = Bench::talking(config());
    let invite = bench.server.last("INVITE").to_owned();
    let mut seeds: Vec<Vec<u8>> = bench.server.got.iter().map(|m| m.clone().into_bytes()).collect();
    for (method, count) in [("INVITE", 5), ("UPDATE", 6), ("ACK", 5), ("OPTIONS", 9)] {
        seeds.push(in_dialog(&invite, method, count, &sdp(9000, 0, "sendrecv")).into_bytes());
    }
    for status in ["180 Ringing", "200 OK", "401 No", "487 No", "423 Brief"] {
        let extra = "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", qop=\"auth\"\r\nMin-Expires: 99\r\nRecord-Route: <sip:a;lr>,<sip:b>\r\n";
        seeds.push(super::server::reply(&invite, status, extra, &sdp(1, 8, "inactive")).into_bytes());
    }
    seeds.push(bench.rtp[5].2.clone());
    let mut random = Rng::seeded(99);
    for n in 0..20_000usize {
        let mut bytes = seeds[n % seeds.len()].clone();
        for _ in 0..=random.word() % 6 {
            mutate(&mut bytes, &mut random);
        }
        let port = if n % 3 == 0 { 4000 } else { 5060 };
        bench.voice.datagram_in(bench.now, SERVER.parse().unwrap(), port, &bytes);
        if n % 50 == 0 {
            bench.now = bench.now + Duration::from_millis(7);
            bench.voice.wake(bench.now, &mut bench.air);
        }
        bench.voice.take_actions();
    }
    bench.command("AT");
    assert_eq!(bench.words().last(), Some(&"OK"));
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Rng) {
    if bytes.is_empty() {
        return;
    }
    let at = random.word() as usize % bytes.len();
    match random.word() % 6 {
        0 => bytes[at] = random.word() as u8,
        1 => bytes[at] ^= 1 << (random.word() % 8),
        2 => bytes.truncate(at),
        3 => {
            bytes.remove(at);
        }
        4 => bytes.insert(at, b"\r\n:;,<>\"=@ 9\xff"[random.word() as usize % 13]),
        _ => {
            let end = (at + random.word() as usize % 40).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            let to = random.word() as usize % bytes.len();
            bytes.splice(to..to, copy);
        }
    }
}

#[test]
fn planted_defects_of_sound_show() {
    let with = |faults: Faults| Config { faults, ..config() };
    let delay = |config: Config| {
        let bench = Bench::talking(config);
        let call = &bench.voice.truth().calls[0];
        call.heard_from(77).unwrap().seconds_of(1000 + 160 * 20).unwrap()
    };
    let extra = Faults { extra_audio_delay: Duration::from_millis(300), ..Faults::default() };
    assert!((delay(with(extra)) - delay(config()) - 0.3).abs() < 1e-6);

    let bench = Bench::talking(with(Faults { first_second_clipped: true, ..Faults::default() }));
    let answered = bench.voice.truth().calls[0].answered.unwrap();
    assert!(bench.air.spoken.iter().all(|(at, ..)| *at > answered.as_secs_f64() + 1.0));

    let mut bench = Bench::talking(with(Faults { mic_mutes_after: Some(Duration::from_secs(10)), ..Faults::default() }));
    let now = bench.now.as_secs_f64();
    bench.air.clicks.extend([now + 1.0, now + 12.0]);
    bench.run(15.0);
    let clicks = bench.rtp.iter().filter(|(_, _, p)| p[12..].iter().any(|c| !matches!(c, 0xD5 | 0x55))).count();
    assert_eq!(clicks, 1);

    for (plc_missing, made_up) in [(false, 480), (true, 0)] {
        let mut bench = Bench::talking(with(Faults { plc_missing, ..Faults::default() }));
        bench.stream = None;
        bench.run(1.0);
        assert_eq!(bench.voice.truth().calls[0].concealed, made_up);
    }
}

#[test]
fn a_strangers_sound_is_not_spoken() {
    let mut bench = Bench::talking(config());
    bench.stream = None;
    bench.run(1.0);
    let spoken = bench.air.spoken.len();
    let mut packet = vec![0x80, 8, 0, 1, 0, 0, 0, 9, 0, 0, 0, 5];
    packet.extend([0xAA; 160]);
    for _ in 0..20 {
        bench.voice.datagram_in(bench.now, "10.6.6.6:7000".parse().unwrap(), 4000, &packet);
        bench.run(0.020);
    }
    assert_eq!(bench.air.spoken.len(), spoken);
}

#[test]
fn sound_for_a_call_that_was_lost_does_not_break_into_the_next() {
    let mut bench = Bench::talking(config());
    bench.stream = None;
    bench.run(1.0);
    let agreed = bench.rtp[0].1;
    let send = |bench: &mut Bench, from: SocketAddr, ssrc: u8| {
        for n in 0..20u8 {
            let mut packet = vec![0x80, 8, 0, n];
            packet.extend((u32::from(n) * 160).to_be_bytes());
            packet.extend([0, 0, 0, ssrc]);
            packet.extend([0xAA; 160]);
            bench.voice.datagram_in(bench.now, from, 4000, &packet);
            bench.run(0.020);
        }
        bench.run(1.0);
        bench.air.spoken.len()
    };
    // A far end that has not sent from there yet may send from elsewhere; once it has, it does.
    let elsewhere = SocketAddr::new(agreed.ip(), agreed.port() + 2);
    let from_elsewhere = send(&mut bench, elsewhere, 1);
    let from_agreed = send(&mut bench, agreed, 2);
    assert!(from_agreed > from_elsewhere);
    assert_eq!(send(&mut bench, elsewhere, 3), from_agreed);
}
