//! How each driver of the rig's table is opened: one row a driver, from an entry of the rig to what roles can use of
//! it.

use super::context::{Context, unfit};
use super::{asked, services};
use crate::clock::{Instant, wall_clock};
use crate::driver::alsa::{CardSettings, SoundCard};
use crate::driver::http_hook::HttpHook;
use crate::driver::ping::Ping;
use crate::driver::syslog::SyslogReceiver;
use crate::driver::terminal::Terminal;
use crate::driver::{console::SerialConsole, inputs::Inputs, lcus::Lcus, probe::ProbeRs, sip_operator};
use crate::instrument::audio::AudioPort;
use crate::instrument::cameras::CameraSystem;
use crate::instrument::console::Console;
use crate::instrument::inspector::Inspector;
use crate::instrument::lamp::InputBoard;
use crate::instrument::network::ReferenceHost;
use crate::instrument::operator::{Answering, Behaviour, Certificate, Operator};
use crate::instrument::probe::DebugProbe;
use crate::instrument::relay::RelayBoard;
use crate::instrument::services::{AddressServer, NameServer, TimeServer};
use crate::instrument::supervision::Supervision;
use crate::instrument::{Identity, Result};
use crate::operator::{BENCH_GRANTS, DeskConfig, User};
use crate::rig::{Capability, Falsehood, Instrument, Rig, Settings, SipOperator, Transport};
use crate::rtp::report::Calendar;
use crate::twin;
use std::net::SocketAddr;
use std::time::Duration;

/// One face of an opened instrument. An instrument that can do several things gives several.
pub(in super::super) enum Handle {
    Relays(Box<dyn RelayBoard>),
    Inputs(Box<dyn InputBoard>),
    Console(Box<dyn Console>),
    Probe(Box<dyn DebugProbe>),
    Sound(Box<dyn AudioPort>),
    Operator(Box<dyn Operator>),
    ReferenceHost(Box<dyn ReferenceHost>),
    Supervision(Box<dyn Supervision>),
    Cameras(Box<dyn CameraSystem>),
    Inspector(Box<dyn Inspector>),
    AddressServer(Box<AddressServer>),
    NameServer(Box<NameServer>),
    TimeServer(Box<TimeServer>),
}

impl Handle {
    pub fn identify(&mut self) -> Result<Identity> {
        match self {
            Handle::Relays(one) => one.identify(),
            Handle::Inputs(one) => one.identify(),
            Handle::Console(one) => one.identify(),
            Handle::Probe(one) => one.identify(),
            Handle::Sound(one) => one.identify(),
            Handle::Operator(one) => one.identify(),
            Handle::ReferenceHost(one) => one.identify(),
            Handle::Supervision(one) => one.identify(),
            Handle::Cameras(one) => one.identify(),
            Handle::Inspector(one) => one.identify(),
            Handle::AddressServer(one) => one.identify(),
            Handle::NameServer(one) => one.identify(),
            Handle::TimeServer(one) => one.identify(),
        }
    }
}

/// How the instruments of one driver are opened.
struct Opener {
    /// As the rig's table of drivers calls it.
    driver: &'static str,
    open: fn(&Context, &Rig, &Instrument) -> Result<Vec<Handle>>,
}

const OPENERS: &[Opener] = &[
    Opener {
        driver: "lcus",
        open: |context, _, one| {
            let relays = one.count(Capability::Relay);
            Ok(vec![Handle::Relays(Box::new(Lcus::new(context.port(&one.transport)?, relays)))])
        },
    },
    Opener {
        driver: "input-reporter",
        open: |context, _, one| {
            let inputs = one.count(Capability::Input);
            Ok(vec![Handle::Inputs(Box::new(Inputs::new(context.port(&one.transport)?, inputs)?))])
        },
    },
    Opener {
        driver: "modbus-io",
        open: |context, _, one| {
            let opened = asked::modbus(context, one)?;
            let relays = opened.relays.map(|board| Handle::Relays(Box::new(board)));
            let inputs = opened.inputs.map(|board| Handle::Inputs(Box::new(board)));
            Ok(relays.into_iter().chain(inputs).collect())
        },
    },
    Opener { driver: "http-switch", open: |context, _, one| Ok(vec![Handle::Relays(asked::switch(context, one)?)]) },
    Opener { driver: "scpi-supply", open: |context, _, one| Ok(vec![Handle::Relays(asked::switch(context, one)?)]) },
    Opener { driver: "command", open: |context, _, one| Ok(vec![Handle::Relays(asked::switch(context, one)?)]) },
    Opener {
        driver: "serial-console",
        open: |context, _, one| Ok(vec![Handle::Console(Box::new(SerialConsole::new(context.port(&one.transport)?)))]),
    },
    Opener { driver: "probe-rs", open: |context, rig, one| Ok(vec![Handle::Probe(Box::new(probe(context, rig, one)?))]) },
    Opener { driver: "sound-card", open: |context, _, one| Ok(vec![Handle::Sound(card(context, one)?)]) },
    Opener { driver: "sip-operator", open: |context, _, one| Ok(vec![Handle::Operator(operator(context, one)?)]) },
    Opener { driver: "ping", open: |context, _, one| Ok(vec![Handle::ReferenceHost(reference_host(context, one)?)]) },
    Opener { driver: "syslog", open: |context, _, one| Ok(vec![Handle::Supervision(supervision(context, one)?)]) },
    Opener { driver: "dhcp", open: |context, rig, one| Ok(vec![Handle::AddressServer(services::addresses(context, rig, one)?)]) },
    Opener { driver: "dns", open: |context, rig, one| Ok(vec![Handle::NameServer(services::names(context, rig, one)?)]) },
    Opener { driver: "ntp", open: |context, _, one| Ok(vec![Handle::TimeServer(services::time(context, one)?)]) },
    Opener { driver: "http-hook", open: |context, _, one| Ok(vec![Handle::Cameras(cameras(context, one)?)]) },
    Opener {
        driver: "terminal",
        open: |context, _, _| Ok(vec![Handle::Inspector(Box::new(Terminal::of_this_process(context.shared_clock())))]),
    },
];

/// Opens an instrument of the rig.
pub(super) fn open(context: &Context, rig: &Rig, one: &Instrument) -> Result<Vec<Handle>> {
    let opener = OPENERS.iter().find(|opener| opener.driver == one.driver.name);
    let opener = opener.ok_or_else(|| unfit(&one.transport))?;
    (opener.open)(context, rig, one)
}

fn probe(context: &Context, rig: &Rig, one: &Instrument) -> Result<ProbeRs> {
    let selector = match &one.transport {
        Transport::Twin { .. } => twin::probe::selector(context.twin()?.probe_serial()),
        usb @ Transport::Usb { .. } => usb.to_string(),
        other => return Err(unfit(other)),
    };
    let settings = rig.post.firmware.settings_page;
    // A page of this family holds 2 KiB; the settings are in its first bytes.
    let reserved = settings..settings.saturating_add(2048);
    ProbeRs::new(&selector, &rig.post.chip, vec![reserved], context.shared_clock())
}

fn card(context: &Context, one: &Instrument) -> Result<Box<dyn AudioPort>> {
    match (&one.transport, &one.settings) {
        (Transport::Twin { .. }, _) => Ok(context.twin()?.card()),
        (Transport::Alsa { device }, Settings::Sound { rate, .. }) => {
            let (outputs, inputs) = (one.count(Capability::SoundOut), one.count(Capability::SoundIn));
            let settings = CardSettings { device: device.clone(), rate: *rate, outputs, inputs };
            Ok(Box::new(SoundCard::open(settings, context.shared_clock())?))
        }
        (other, _) => Err(unfit(other)),
    }
}

/// What a rig calls a false certificate, as the operator shows it.
fn shown(falsehood: Falsehood) -> Certificate {
    match falsehood {
        Falsehood::OtherAuthority => Certificate::OtherAuthority,
        Falsehood::OtherName => Certificate::OtherName,
        Falsehood::Expired => Certificate::Expired,
        Falsehood::NotYetValid => Certificate::NotYetValid,
        Falsehood::NotForServers => Certificate::NotForServers,
    }
}

fn operator(context: &Context, one: &Instrument) -> Result<Box<dyn Operator>> {
    match (&one.transport, &one.settings) {
        (Transport::Twin { .. }, _) => Ok(context.twin()?.operator()),
        (Transport::Network { listen }, Settings::Operator(settings)) => {
            let tls = settings.tls.as_ref();
            let tls = tls.map(|tls| {
                let own = sip_operator::Tls::from_files(tls.listen, &tls.certificate, &tls.key, tls.ca.as_deref())?;
                own.beside(tls.impostors.iter().map(|one| (shown(one.falsehood), one.certificate.as_path(), one.key.as_path())))
            });
            let desk = desk(context.clock.now(), *listen, settings);
            let stranger = settings.stranger.as_ref().and_then(Transport::address);
            let operator = sip_operator::listen_also(context.shared_clock(), desk, tls.transpose()?, stranger)?;
            operator.consult("ask posts whether they are there", |_, desk| {
                desk.ask_posts();
                Ok(())
            })?;
            Ok(Box::new(operator))
        }
        (other, _) => Err(unfit(other)),
    }
}

fn reference_host(context: &Context, one: &Instrument) -> Result<Box<dyn ReferenceHost>> {
    match one.transport {
        Transport::Twin { .. } => Ok(context.twin()?.reference_host()),
        Transport::Host { address } => Ok(Box::new(Ping::at(address, context.shared_clock())?)),
        ref other => Err(unfit(other)),
    }
}

fn supervision(context: &Context, one: &Instrument) -> Result<Box<dyn Supervision>> {
    match one.transport {
        Transport::Twin { .. } => Ok(context.twin()?.supervision()),
        Transport::Network { listen } => Ok(Box::new(SyslogReceiver::listen(listen, context.shared_clock())?)),
        ref other => Err(unfit(other)),
    }
}

fn cameras(context: &Context, one: &Instrument) -> Result<Box<dyn CameraSystem>> {
    match one.transport {
        Transport::Twin { .. } => Ok(context.twin()?.cameras()),
        Transport::Network { listen } => Ok(Box::new(HttpHook::listen(listen, context.shared_clock())?)),
        ref other => Err(unfit(other)),
    }
}

/// An operator's desk as this bench wants it: nobody but the rig's own posts may call, and it answers when a scenario
/// says so.
fn desk(now: Instant, sip: SocketAddr, settings: &SipOperator) -> DeskConfig {
    let users = settings.users.iter().map(|user| User { name: user.name.clone(), password: user.password.clone() });
    DeskConfig {
        // Nothing is drawn from it: on a network the system's randomness takes its place.
        seed: 0,
        sip,
        backup: settings.backup.as_ref().and_then(Transport::address),
        media_ports: 40_000..=40_063,
        realm: settings.realm.clone(),
        users: users.collect(),
        grants: BENCH_GRANTS,
        operator_user: "operator".into(),
        second_user: "operator2".into(),
        behaviour: Behaviour::answering(Answering::Manual),
        max_calls: 8,
        ring_after: Duration::ZERO,
        codecs: crate::rtp::codec::Codec::G711.to_vec(),
        digests: vec![crate::sip::digest::Algorithm::Md5],
        calendar: Calendar::by_the_wall(wall_clock(), now),
        srtp: sip_operator::policy(settings.srtp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::drivers::DRIVERS;

    #[test]
    fn every_driver_that_a_rig_can_name_can_be_opened_and_no_other() {
        let named: Vec<&str> = DRIVERS.iter().map(|driver| driver.name).collect();
        let opened: Vec<&str> = OPENERS.iter().map(|opener| opener.driver).collect();
        assert_eq!(named, opened);
    }
}
