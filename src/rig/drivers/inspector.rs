//! A person who is asked.

use super::super::capability::Capability;
use super::super::transport::Transport;
use super::row::Driver;
use super::settings::Settings;

/// Whoever sits at the terminal where hejnal runs.
pub(super) const TERMINAL: Driver = Driver {
    name: "terminal",
    what: ("a person at the terminal", "osoba przy terminalu"),
    keys: &[],
    whole: &[Capability::Inspector],
    is_prompt: true,
    read: |_, _, _| Some((Transport::Terminal, Settings::None)),
};
