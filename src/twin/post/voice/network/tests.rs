//! The module's part of the network against scripted servers: bytes as a server of another make would send them.

use super::*;

const CARD: [u8; 6] = [2, 0x53, 0x4F, 0x53, 4, 0x17];
const FIXED: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 20, 0, 40));

pub(super) fn at(seconds: f64) -> Instant {
    Instant::from_secs_f64(seconds)
}

/// A server of each kind, in the simplest words that the standards allow.
pub(super) struct Street {
    pub network: Network,
    now: f64,
    /// The address that is given, and whether anybody answers for it, for names, and for the time.
    pub address: [u8; 4],
    pub answers: (bool, bool, bool),
    /// The last octets of the servers named.
    named: [u8; 2],
    /// What the names server says after so many seconds.
    late: f64,
    pending: Vec<(f64, u16, Vec<u8>)>,
    /// Since 1970 at the beginning.
    true_time: u64,
    news: Vec<News>,
    asked: Vec<(f64, u16, u8)>,
}

impl Street {
    pub fn with(change: impl FnOnce(&mut NetworkSettings)) -> Street {
        let mut settings = NetworkSettings {
            leases_as: Some(CARD),
            domain: Some("straz.example".into()),
            keeps_time: true,
            ..NetworkSettings::default()
        };
        change(&mut settings);
        Street {
            network: Network::new(at(0.0), &settings, FIXED, true, 7),
            now: 0.0,
            address: [10, 20, 0, 17],
            answers: (true, true, true),
            named: [2, 3],
            late: 0.0,
            pending: Vec::new(),
            true_time: 1_767_225_600,
            news: Vec::new(),
            asked: Vec::new(),
        }
    }
    pub fn run_to(&mut self, until: f64) {
        loop {
            self.answer();
            self.news.extend(self.network.take_news());
            let wake = self.network.next_wake().map(Instant::as_secs_f64);
            let next = self.pending.iter().map(|(due, ..)| *due).chain(wake).fold(f64::INFINITY, f64::min);
            if next > until {
                break;
            }
            self.now = self.now.max(next);
            let due: Vec<_> = self.pending.extract_if(.., |(due, ..)| *due <= self.now).collect();
            for (_, port, bytes) in due {
                assert!(self.network.datagram(at(self.now), "10.20.0.2:53".parse().expect("one"), port, &bytes));
            }
            self.network.wake(at(self.now));
        }
        self.now = until;
    }
    fn answer(&mut self) {
        for (from_port, _, bytes) in self.network.take_sent() {
            let kind = if from_port == lease::PORT { bytes[242] } else { 0 };
            self.asked.push((self.now, from_port, kind));
            let (addresses, names, time) = self.answers;
            let (late, reply) = match from_port {
                lease::PORT if addresses => (0.0, self.lease(&bytes, kind)),
                RESOLVER_PORT if names => (self.late, self.names(&bytes)),
                SNTP_PORT if time => (0.0, self.time(&bytes)),
                _ => continue,
            };
            self.pending.push((self.now + 0.001 + late, from_port, reply));
        }
    }
    /// An offer for a question, a confirmation for what is given now, and a refusal for anything else.
    fn lease(&self, asked: &[u8], kind: u8) -> Vec<u8> {
        let wanted = if asked[12..16] == [0; 4] { &asked[245..249] } else { &asked[12..16] };
        let answer = match kind {
            1 => 2,
            _ if wanted == self.address => 5,
            _ => 6,
        };
        let mut bytes = vec![2, 1, 6, 0];
        bytes.extend(&asked[4..8]);
        bytes.resize(16, 0);
        bytes.extend(self.address);
        bytes.resize(28, 0);
        bytes.extend(CARD);
        bytes.resize(236, 0);
        bytes.extend([99, 130, 83, 99, 53, 1, answer, 0, 0, 54, 4, 10, 20, 0, 2, 51, 4, 0, 0, 0, 120]);
        bytes.extend([6, 4, 10, 20, 0, 2, 42, 4, 10, 20, 0, 2, 255]);
        bytes
    }
    /// Two servers, the more urgent one last, with names that point back into the message.
    fn names(&self, asked: &[u8]) -> Vec<u8> {
        let mut bytes = asked[..2].to_vec();
        bytes.extend([0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 2]);
        bytes.extend(&asked[12..]);
        let domain = [0xC0, 12 + 10];
        for (priority, label) in [(20_u16, b'b'), (10, b'a')] {
            bytes.extend([0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 10]);
            bytes.extend(priority.to_be_bytes());
            bytes.extend([0, 0, 0x13, 0xC4, 1, label]);
            bytes.extend(domain);
        }
        for (label, last) in [(b'A', self.named[0]), (b'b', self.named[1])] {
            bytes.extend([1, label]);
            bytes.extend(domain);
            bytes.extend([0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 20, 0, last]);
        }
        bytes
    }
    fn time(&self, asked: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x24, 2];
        bytes.resize(24, 0);
        bytes.extend(&asked[40..48]);
        let now = self.true_time as f64 + self.now + 0.0005;
        let stamp = ((now.floor() as u64 + 2_208_988_800) << 32 | ((now.fract() * 4_294_967_296.0) as u64)).to_be_bytes();
        bytes.extend(stamp);
        bytes.extend(stamp);
        bytes
    }
    pub fn addresses(&self) -> Vec<Option<u8>> {
        let last = |address: &Option<IpAddr>| address.map(|ip| if let IpAddr::V4(four) = ip { four.octets()[3] } else { 0 });
        self.news.iter().filter_map(|news| if let News::Address(address) = news { Some(last(address)) } else { None }).collect()
    }
    pub fn servers(&self) -> Vec<String> {
        let told = |servers: &[SocketAddr]| servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        self.news.iter().filter_map(|news| if let News::Servers(list) = news { Some(told(list)) } else { None }).collect()
    }
    /// When questions of this kind left from this port.
    pub fn asked_at(&self, port: u16, kind: u8) -> Vec<u64> {
        self.asked.iter().filter(|(_, from, what)| (*from, *what) == (port, kind)).map(|(at, ..)| at.round() as u64).collect()
    }
}

#[test]
fn a_module_that_asks_nobody_has_what_it_was_set_to() {
    let mut network = Network::new(at(0.0), &NetworkSettings::default(), FIXED, true, 1);
    assert!(network.is_online() && network.may_register());
    assert_eq!((network.address(), network.next_wake(), network.timestamp(at(1.0))), (FIXED, None, None));
    network.set_link(at(2.0), false);
    assert!(!network.is_online() && network.take_news().is_empty() && network.take_sent().is_empty());
}

#[test]
fn a_healthy_one_has_all_within_moments_and_keeps_it() {
    let mut street = Street::with(|_| {});
    assert_eq!(street.network.address(), NOWHERE);
    street.run_to(1.0);
    assert!(street.network.may_register());
    assert_eq!(street.addresses(), [Some(17)]);
    assert_eq!(street.servers(), ["10.20.0.2:5060 10.20.0.3:5060"]);
    let error = street.network.time(at(1.0)).expect("it knows").as_secs_f64() - 1_767_225_601.0;
    assert!(error.abs() < 0.002, "{error}");
    street.run_to(1000.0);
    assert_eq!((street.addresses().len(), street.servers().len()), (1, 1));
    assert_eq!(street.asked_at(lease::PORT, 3)[..3], [0, 60, 120]);
    assert_eq!(street.asked_at(RESOLVER_PORT, 0)[..3], [0, 60, 120]);
    assert_eq!(street.asked_at(SNTP_PORT, 0)[..3], [0, 64, 128]);
}

#[test]
fn an_address_goes_with_its_lease_and_comes_with_the_server() {
    let mut street = Street::with(|_| {});
    street.run_to(10.0);
    street.answers.0 = false;
    street.run_to(119.0);
    assert_eq!(street.addresses(), [Some(17)]);
    street.run_to(400.0);
    assert_eq!(street.addresses(), [Some(17), None]);
    assert!(!street.network.is_online());
    street.answers.0 = true;
    street.address = [10, 20, 0, 18];
    street.run_to(417.0);
    assert_eq!(street.addresses(), [Some(17), None, Some(18)]);
}

#[test]
fn another_address_is_taken_with_the_next_renewal_and_after_a_loss_of_link() {
    let mut street = Street::with(|_| {});
    street.run_to(10.0);
    street.address = [10, 20, 0, 18];
    street.run_to(59.0);
    assert_eq!(street.addresses(), [Some(17)]);
    street.run_to(61.0);
    assert_eq!(street.addresses(), [Some(17), None, Some(18)]);
    street.network.set_link(at(61.0), false);
    street.address = [10, 20, 0, 19];
    street.run_to(70.0);
    street.network.set_link(at(70.0), true);
    assert!(street.network.is_online(), "until somebody says otherwise it has what it had");
    street.run_to(71.0);
    assert_eq!(street.addresses()[2..], [Some(18), None, Some(19)]);
}

#[test]
fn names_are_kept_when_nobody_answers_and_followed_when_they_change() {
    let mut street = Street::with(|_| {});
    street.run_to(10.0);
    street.answers.1 = false;
    street.run_to(500.0);
    assert!(street.network.may_register());
    street.answers.1 = true;
    street.named = [3, 2];
    street.run_to(520.0);
    assert_eq!(street.servers()[1..], ["10.20.0.3:5060 10.20.0.2:5060"]);
    let mut street = Street::with(|_| {});
    street.late = 3.0;
    street.run_to(4.0);
    assert!(street.network.may_register(), "a late answer is one");
}

#[track_caller]
fn with_fault(plant: fn(&mut NetworkFaults)) -> Street {
    let mut street = Street::with(|settings| plant(&mut settings.faults));
    street.run_to(10.0);
    street
}

#[test]
fn defective_ones_lose_or_keep_what_they_should_not() {
    let mut street = with_fault(|faults| faults.never_renews = true);
    street.run_to(400.0);
    assert_eq!(street.addresses(), [Some(17), None]);

    let mut street = with_fault(|faults| faults.outlives_lease = true);
    street.answers.0 = false;
    street.run_to(400.0);
    assert_eq!(street.addresses(), [Some(17)]);

    let mut street = with_fault(|faults| faults.gives_up_leasing = true);
    street.answers.0 = false;
    street.run_to(300.0);
    street.answers.0 = true;
    street.run_to(600.0);
    assert_eq!(street.addresses(), [Some(17), None]);

    let mut street = with_fault(|faults| faults.looks_up_once = true);
    street.named = [3, 2];
    street.run_to(600.0);
    assert_eq!(street.servers().len(), 1);

    let mut street = Street::with(|settings| settings.faults.lookup_failure_final = true);
    street.answers.1 = false;
    street.run_to(60.0);
    street.answers.1 = true;
    street.run_to(600.0);
    assert!(!street.network.may_register());

    let mut street = Street::with(|settings| settings.faults.forgets_question = true);
    street.late = 3.0;
    street.run_to(600.0);
    assert!(!street.network.may_register());
}

#[test]
fn clocks_are_told_as_they_are_set_and_defective_ones_otherwise() {
    let told = |change: fn(&mut NetworkSettings), answers: bool| {
        let mut street = Street::with(change);
        street.answers.2 = answers;
        street.run_to(10.0);
        street.network.timestamp(at(10.0)).map(|stamp| format!("{}{}", &stamp[..16], &stamp[23..]))
    };
    assert_eq!(told(|_| {}, true).as_deref(), Some("2026-01-01T00:00Z"));
    assert_eq!(told(|_| {}, false), None);
    assert_eq!(told(|settings| settings.tells_local_time = true, true).as_deref(), Some("2026-01-01T01:00+01:00"));
    assert_eq!(told(|settings| settings.faults.local_time_as_utc = true, true).as_deref(), Some("2026-01-01T01:00Z"));
    assert_eq!(told(|settings| settings.faults.begins_in_1970 = true, false).as_deref(), Some("1970-01-01T00:00Z"));

    let mut street = with_fault(|faults| faults.asks_time_once = true);
    street.true_time += 3600;
    street.run_to(600.0);
    assert_eq!(street.network.time(at(600.0)).map(|time| time.as_secs()), Some(1_767_226_200));

    let mut street = Street::with(|settings| settings.faults.waits_for_time = true);
    street.answers.2 = false;
    street.run_to(100.0);
    assert!(street.network.is_online() && !street.network.may_register());
}

#[test]
fn days_are_counted_through_leap_years() {
    let day = |days| civil(days);
    assert_eq!(
        [day(0), day(59), day(789), day(11_016), day(20_454)],
        [(1970, 1, 1), (1970, 3, 1), (1972, 2, 29), (2000, 2, 29), (2026, 1, 1)]
    );
}

#[test]
fn whatever_else_comes_changes_nothing() {
    let mut street = Street::with(|_| {});
    street.run_to(1.0);
    street.news.clear();
    let mut random = Rng::seeded(5);
    for _ in 0..20_000 {
        let length = (random.bits() % 400) as usize;
        let mut bytes: Vec<u8> = (0..length).map(|_| (random.bits() >> 40) as u8).collect();
        if random.happens(0.5) && length > 240 {
            // As far as the options it is sound.
            bytes[..3].copy_from_slice(&[2, 1, 6]);
            bytes[236..240].copy_from_slice(&[99, 130, 83, 99]);
        }
        for port in [lease::PORT, RESOLVER_PORT, SNTP_PORT] {
            street.network.datagram(at(1.0), "10.20.0.9:53".parse().expect("one"), port, &bytes);
        }
    }
    street.run_to(300.0);
    assert_eq!((street.news, street.network.address()), (Vec::new(), IpAddr::V4(Ipv4Addr::new(10, 20, 0, 17))));
}
