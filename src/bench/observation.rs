//! What the instruments saw, as the journal keeps it: an instrument's types may change, the journal's names may not.

use super::dimming::Told;
use super::sound::Moment;
use crate::clock::Stamped;
use crate::instrument::cameras::CameraEvent;
use crate::instrument::console::Line;
use crate::instrument::inspector::{Answer, Word};
use crate::instrument::operator as desk;
use crate::instrument::operator::CallEvent;
use crate::instrument::services::{AddressAsked, NameAsked, TimeAsked};
use crate::instrument::supervision::Notice;
use crate::journal::Event;
use crate::journal::seen::{
    CallObservation as Call, Change, ChangeOutcome, EndedBy, Observation, Party, PersonsWord, Server,
    ServerObservation as AtServer, ServiceObservation as AtService, Side, Stray,
};
use std::time::Duration;

/// An event at the operator, to be trusted as a figure would trust it ([`Moment::at_operator`]).
pub(super) fn of_call(event: &Stamped<CallEvent>) -> Event {
    let floor = Duration::from_secs_f64(Moment::at_operator(event).uncertainty);
    seen("operator", event, floor, observed(event.value.clone()))
}

/// A change at an input of a board whose stamps are worth so much (k = 2).
pub(super) fn of_input(board: &str, told: &Told, uncertainty: Duration) -> Event {
    let (Told::Changed(edge) | Told::Dimmed { edge, .. }) = told;
    let (input, on) = (edge.value.input.0, edge.value.lit);
    let what = match *told {
        Told::Changed(_) => Observation::Input { input, on },
        Told::Dimmed { hertz, duty, .. } => Observation::Dimmed { input, hertz, duty },
    };
    seen(board, edge, uncertainty, what)
}

pub(super) fn of_console(line: &Stamped<Line>) -> Event {
    seen("console", line, Duration::ZERO, Observation::Console { text: line.value.text.clone() })
}

pub(super) fn of_notice(notice: &Stamped<Notice>) -> Event {
    seen(
        "supervision",
        notice,
        Duration::ZERO,
        Observation::Supervision {
            severity: Some(notice.value.severity),
            text: notice.value.text.clone(),
            time: notice.value.stamp.clone(),
        },
    )
}

pub(super) fn of_address(name: &str, asked: &Stamped<AddressAsked>) -> Event {
    let what = match &asked.value {
        AddressAsked::Given { address, lease } => {
            AtService::AddressGiven { address: address.to_string(), lease_s: lease.as_secs() }
        }
        AddressAsked::Refused { address } => AtService::AddressRefused { address: address.to_string() },
        AddressAsked::Released { address } => AtService::AddressReleased { address: address.to_string() },
        AddressAsked::Unanswered => AtService::AddressUnanswered,
    };
    seen(name, asked, Duration::ZERO, Observation::Service(what))
}

pub(super) fn of_name(name: &str, asked: &Stamped<NameAsked>) -> Event {
    let NameAsked { name: wanted, kind, found, .. } = asked.value.clone();
    seen(name, asked, Duration::ZERO, Observation::Service(AtService::NameAsked { name: wanted, kind, found }))
}

pub(super) fn of_time(name: &str, asked: &Stamped<TimeAsked>) -> Event {
    let answered = asked.value.is_answered;
    seen(name, asked, Duration::ZERO, Observation::Service(AtService::TimeAsked { answered }))
}

pub(super) fn of_camera_event(event: &Stamped<CameraEvent>) -> Event {
    let CameraEvent { from, request, text, taken } = event.value.clone();
    seen("cameras", event, Duration::ZERO, Observation::Camera { from, request, text, taken })
}

pub(super) fn of_person(question: &str, answer: &Stamped<Answer>) -> Event {
    let Answer { word, remark, by } = answer.value.clone();
    let word = match word {
        Word::Yes => PersonsWord::Yes,
        Word::No => PersonsWord::No,
        Word::NotChecked => PersonsWord::NotChecked,
    };
    seen("inspector", answer, Duration::ZERO, Observation::Person { question: question.into(), word, remark, by })
}

fn seen<T>(source: &str, stamped: &Stamped<T>, floor: Duration, what: Observation) -> Event {
    let within = stamped.within.max(floor);
    let uncertainty_ns = (within > Duration::ZERO).then(|| u64::try_from(within.as_nanos()).unwrap_or(u64::MAX));
    Event::Seen { source: source.into(), seen_at_ns: stamped.at, uncertainty_ns, what }
}

fn observed(event: CallEvent) -> Observation {
    let of = |call: desk::CallId, what: Call| Observation::Call { call: call.0, what };
    let at = Observation::Server;
    use CallEvent as E;
    match event {
        E::Registered { user, contact, expires, server } => {
            at(AtServer::Registered { user, contact, expires_s: expires.as_secs(), server: server_of(server) })
        }
        E::Unregistered { user, contact, why: desk::Unbound::Expired } => at(AtServer::RegistrationExpired { user, contact }),
        E::Unregistered { user, contact, why: desk::Unbound::Removed } => at(AtServer::Unregistered { user, contact }),
        E::Unregistered { user, contact, why: desk::Unbound::Replaced(to) } => at(AtServer::Moved { user, from: contact, to }),
        E::RegistrationRefused { user, from, why } => at(AtServer::RegistrationRefused { user, from, why }),
        E::Invited { call, invite: desk::Invite { dialog: call_id, to, from, headers }, server } => {
            of(call, Call::Invited { from, to, call_id, headers, server: server_of(server) })
        }
        E::Refused { call, status } => of(call, Call::Refused { status }),
        E::Ringing { call } => of(call, Call::Ringing),
        E::PassedOn { call } => of(call, Call::PassedOn),
        E::EarlyMedia { call } => of(call, Call::EarlyMedia),
        E::Answered { call } => of(call, Call::Answered),
        E::Confirmed { call } => of(call, Call::Confirmed),
        E::FirstMedia { call } => of(call, Call::FirstMedia),
        E::Held { call, held } => of(call, Call::Held { held }),
        E::Changed { call, change, outcome } => {
            of(call, Call::Changed { change: change_of(change), outcome: outcome_of(outcome) })
        }
        E::MediaMoved { call } => of(call, Call::MediaMoved),
        E::Refreshed { call, by: desk::Refresher::Us } => of(call, Call::Refreshed { by: Party::Operator }),
        E::Refreshed { call, by: desk::Refresher::Them } => of(call, Call::Refreshed { by: Party::Post }),
        E::VoiceMissing { call, side, since } => of(call, Call::VoiceMissing { side: side_of(side), since_ns: since }),
        E::VoiceBack { call, side } => of(call, Call::VoiceBack { side: side_of(side) }),
        E::FarReport { call, view } => {
            let (lost_ratio, jitter_s, round_trip_s) = (view.fraction, view.jitter, view.round_trip);
            of(call, Call::FarReport { lost_ratio, jitter_s, discarded_ratio: view.discarded, round_trip_s })
        }
        E::Digit { call, digit } => of(call, Call::Digit { digit }),
        E::Security { call, what } => of(call, Call::MediaSecurity { what: what.words() }),
        E::Connected { from, cipher, certified } => at(AtServer::Connected { from, cipher, certified }),
        E::ConnectionFailed { from, fault } => at(AtServer::ConnectionFailed { from, why: fault.words() }),
        E::Ended { call, by } => of(call, Call::Ended { by: ended_by(by) }),
        E::Swallowed { server, from, what } => at(AtServer::Swallowed { server: server_of(server), from, method: what }),
        E::StrayMedia { call, from, kind, more } => {
            at(AtServer::StrayMedia { call: call.map(|call| call.0), from, kind: stray_of(kind), more })
        }
        E::Reconnected { call, from, to } => of(call, Call::Reconnected { from, to }),
        E::Asked { call, method } => of(call, Call::Asked { method }),
        E::Irregular { call: Some(call), from, what } => of(call, Call::Irregular { from, what: what.words() }),
        E::Irregular { call: None, from, what } => at(AtServer::Irregular { from, what: what.words() }),
        E::Stranger { news } => at(AtServer::Stranger { what: news.words() }),
        E::Intruder { from, what } => at(AtServer::Intruder { from, what }),
    }
}

fn server_of(server: desk::Server) -> Server {
    match server {
        desk::Server::Primary => Server::Primary,
        desk::Server::Backup => Server::Backup,
    }
}

fn side_of(side: desk::Side) -> Side {
    match side {
        desk::Side::FromPost => Side::FromPost,
        desk::Side::ToPost => Side::ToPost,
    }
}

fn change_of(change: desk::Change) -> Change {
    match change {
        desk::Change::Hold => Change::Hold,
        desk::Change::Resume => Change::Resume,
        desk::Change::Move => Change::Move,
        desk::Change::Propose => Change::Propose,
        desk::Change::Unseal => Change::Unseal,
    }
}

fn outcome_of(outcome: desk::Outcome) -> ChangeOutcome {
    match outcome {
        desk::Outcome::Agreed => ChangeOutcome::Agreed,
        desk::Outcome::Refused(status) => ChangeOutcome::Refused { status },
        desk::Outcome::Unanswered => ChangeOutcome::Unanswered,
    }
}

fn ended_by(by: desk::EndedBy) -> EndedBy {
    match by {
        desk::EndedBy::Post => EndedBy::Post,
        desk::EndedBy::Operator => EndedBy::Operator,
        desk::EndedBy::Cancelled => EndedBy::Cancelled,
        desk::EndedBy::Silence => EndedBy::Silence,
    }
}

fn stray_of(kind: desk::Stray) -> Stray {
    match kind {
        desk::Stray::BeforeAnswer => Stray::BeforeAnswer,
        desk::Stray::AfterEnd => Stray::AfterEnd,
        desk::Stray::NoCall => Stray::NoCall,
        desk::Stray::OfAnother => Stray::OfAnother,
        desk::Stray::OldPort => Stray::OldPort,
        desk::Stray::OnHold => Stray::OnHold,
        desk::Stray::NoMedia => Stray::NoMedia,
        desk::Stray::Negotiation => Stray::Negotiation,
    }
}
