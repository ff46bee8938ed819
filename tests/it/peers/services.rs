//! The services round a post over real sockets, against clients that nobody here wrote: `dig`, `chronyd` and `udhcpc`.
//!
//! A DHCP client wants a network of its own: where this user may not make one, that is said and the test skipped.

use super::{Error, is_there, pause, scratch, wait_for};
use hejnal::clock::{Clock, RealClock, wall_clock};
use hejnal::driver::services::Serving;
use hejnal::instrument::Instrument as _;
use hejnal::instrument::services::{AddressAsked, AddressConduct, NameConduct, NetworkService as _, TimeConduct};
use hejnal::rtp::report::Calendar;
use hejnal::services::dhcp::{AddressServer, Pool};
use hejnal::services::dns::{NameServer, Zone};
use hejnal::services::ntp::TimeServer;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// What a program says on either way out.
fn said(command: &mut Command) -> Result<String, Error> {
    let output = command.stdin(Stdio::null()).output()?;
    Ok(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(RealClock::start())
}

#[test]
fn dig_finds_the_servers_in_their_order() -> Result<(), Error> {
    if !is_there("dig", "bind9-dnsutils", "dig_finds_the_servers_in_their_order") {
        return Ok(());
    }
    let zone = Zone { domain: "straz.example".into(), main: "10.20.0.2:5060".parse()?, backup: Some("10.20.0.3:5070".parse()?) };
    let mut serving = Serving::listen("DNS server", "127.0.0.1:0".parse()?, NameServer::new(zone), clock())?;
    let port = serving.address().port().to_string();
    let dig = |name: &str, kind: &str, more: &[&str]| {
        said(Command::new("dig").args(["@127.0.0.1", "-p", &port, "+tries=1", "+timeout=2", name, kind]).args(more))
    };
    let service = "_sip._udp.straz.example";
    let found = dig(service, "SRV", &["+short"])?;
    assert_eq!(found, "10 0 5060 sip1.straz.example.\n20 0 5070 sip2.straz.example.\n");
    let whole = dig(service, "SRV", &[])?;
    assert!(whole.contains("sip1.straz.example.\t60\tIN\tA\t10.20.0.2") && whole.contains("flags: qr aa rd"), "{whole}");
    assert!(!whole.to_lowercase().contains("malformed"), "{whole}");
    assert_eq!(dig("straz.example", "A", &["+short"])?, "10.20.0.2\n");
    assert!(dig("www.straz.example", "A", &[])?.contains("status: NXDOMAIN"));
    assert!(dig("example.org", "A", &[])?.contains("status: REFUSED"));
    serving.behave(NameConduct { names_exchanged: true, ..NameConduct::default() })?;
    assert_eq!(dig(service, "SRV", &["+short"])?, "10 0 5070 sip1.straz.example.\n20 0 5060 sip2.straz.example.\n");
    serving.behave(NameConduct { is_silent: true, ..NameConduct::default() })?;
    assert!(dig(service, "SRV", &[])?.contains("timed out"));
    Ok(())
}

#[test]
fn chronyd_takes_the_time() -> Result<(), Error> {
    if !is_there("chronyd", "chrony", "chronyd_takes_the_time") {
        return Ok(());
    }
    let clock = clock();
    let server = TimeServer::new(Calendar::by_the_wall(wall_clock(), clock.now()));
    let mut serving = Serving::listen("NTP server", "127.0.0.1:0".parse()?, server, clock)?;
    let server = format!("server 127.0.0.1 port {} iburst maxsamples 4", serving.address().port());
    // It measures and sets nothing.
    let off_by = || -> Result<f64, Error> {
        let told = said(Command::new("chronyd").args(["-Q", "-U", "-t", "20", "-f", "/dev/null", &server]))?;
        let told = told.lines().find_map(|line| line.split_once("System clock wrong by ").map(|(_, rest)| rest.to_owned()));
        let told = told.ok_or("chronyd found no time")?;
        Ok(told.split_whitespace().next().unwrap_or_default().parse()?)
    };
    let right = off_by()?;
    assert!(right.abs() < 0.05, "{right}");
    serving.behave(TimeConduct { ahead: Duration::from_secs(3600), ..TimeConduct::default() })?;
    let wrong = off_by()?;
    assert!((wrong - 3600.0).abs() < 0.05, "{wrong}");
    Ok(())
}

/// Two ends of a cable, the far one in a network of its own; gone with the value.
struct Cable {
    near: String,
    space: String,
}

const CARD: [u8; 6] = [2, 0x53, 0x4F, 0x53, 4, 0x17];

/// One of this process's own: a killed run leaves its cable behind, and of two with one network answers take either.
fn network() -> [u8; 3] {
    [10, 231, (std::process::id() % 251) as u8]
}

impl Cable {
    /// `None`: this user may not lay one.
    fn lay() -> Option<Cable> {
        let number = std::process::id() % 100_000;
        let cable = Cable { near: format!("hjn{number}"), space: format!("hjs{number}") };
        let far = format!("hjf{number}");
        let [a, b, c] = network();
        let own = format!("{a}.{b}.{c}.1/24");
        let run = |words: &[&str]| Command::new("ip").args(words).output().is_ok_and(|output| output.status.success());
        let Cable { near, space } = &cable;
        let laid = run(&["netns", "add", space])
            && run(&["link", "add", near, "type", "veth", "peer", "name", &far, "address", "02:53:4f:53:04:17"])
            && run(&["link", "set", &far, "netns", space, "name", "eth0"])
            && run(&["address", "add", &own, "dev", near])
            && run(&["link", "set", near, "up"])
            && run(&["netns", "exec", space, "ip", "link", "set", "eth0", "up"]);
        laid.then_some(cable)
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for words in [["link", "del", self.near.as_str()], ["netns", "del", self.space.as_str()]] {
            let _may_be_gone = Command::new("ip").args(words).output();
        }
    }
}

/// Ended with the value.
struct Client(Child);

impl Drop for Client {
    fn drop(&mut self) {
        let _may_have_ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// What a client does with what it is told: it takes the address, and says so.
const SCRIPT: &str = "#!/bin/sh
[ \"$1\" = bound ] && ip address replace \"$ip/24\" dev eth0
[ \"$1\" = deconfig ] && ip address flush dev eth0
echo \"$1 $ip $subnet $dns $ntpsrv $lease\" >> \"$(dirname \"$0\")/told\"
";

#[test]
fn udhcpc_is_given_an_address_renews_it_and_is_given_another() -> Result<(), Error> {
    let test = "udhcpc_is_given_an_address_renews_it_and_is_given_another";
    if !is_there("udhcpc", "udhcpc", test) || !is_there("ip", "iproute2", test) {
        return Ok(());
    }
    let Some(cable) = Cable::lay() else {
        let _nobody_reads = writeln!(std::io::stderr(), "SKIPPED {test}: this user may not make a network of its own");
        return Ok(());
    };
    let [a, b, c] = network();
    let host = |last| Ipv4Addr::new(a, b, c, last);
    let pool = Pool {
        server: host(1),
        post: CARD,
        address: host(17),
        other: host(18),
        prefix: 24,
        lease: Duration::from_secs(8),
        router: None,
        name_server: Some(host(1)),
        time_server: Some(host(1)),
    };
    let own = format!("{}:67", host(1)).parse()?;
    let mut serving = Serving::listen_to_all("DHCP server", own, AddressServer::new(pool), clock())?;
    let folder = scratch("udhcpc")?;
    let script = folder.join("script");
    std::fs::write(&script, SCRIPT)?;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &cable.space, "udhcpc", "-f", "-i", "eth0", "-O", "ntpsrv", "-s"]).arg(&script);
    let _client = Client(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let told = || std::fs::read_to_string(folder.join("told")).unwrap_or_default();
    let rest = format!("255.255.255.0 {0} {0} 8", host(1));
    let waits_for = |what: &str| wait_for(what, 60, || told().contains(what).then_some(()));
    waits_for(&format!("bound {} {rest}", host(17)))?;
    waits_for(&format!("renew {} {rest}", host(17)))?;
    serving.behave(AddressConduct { gives_other: true, ..AddressConduct::default() })?;
    waits_for(&format!("bound {} {rest}", host(18)))?;
    let seen: Vec<AddressAsked> = serving.seen()?.into_iter().map(|one| one.value).collect();
    let address = |last| IpAddr::from(host(last));
    let given = |last| AddressAsked::Given { address: address(last), lease: Duration::from_secs(8) };
    assert!(seen.starts_with(&[given(17), given(17)]), "{seen:?}");
    assert!(seen.contains(&AddressAsked::Refused { address: address(17) }) && seen.contains(&given(18)), "{seen:?}");
    serving.make_safe()?;
    pause(0.1);
    Ok(())
}
