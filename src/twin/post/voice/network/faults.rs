//! The defects that can be planted in the module's part of the network.

/// A field each. The default is a healthy module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkFaults {
    /// A lease is not renewed, and once it has run out no other one is asked for.
    pub never_renews: bool,
    /// An address is used on after its lease has run out.
    pub outlives_lease: bool,
    /// A server that did not answer the first questions is not asked any more.
    pub gives_up_leasing: bool,
    /// With a new address it goes on giving the old one.
    pub keeps_old_address: bool,
    /// A name that could not be looked up is not looked up again.
    pub lookup_failure_final: bool,
    /// A name is looked up once in a life.
    pub looks_up_once: bool,
    /// An answer that takes more than a second comes to nobody.
    pub forgets_question: bool,
    /// Until somebody has set its clock it begins with 1970.
    pub begins_in_1970: bool,
    /// Its local time is told as if it were UTC.
    pub local_time_as_utc: bool,
    /// The time is asked for once in a life.
    pub asks_time_once: bool,
    /// It does not register before it knows the time.
    pub waits_for_time: bool,
    /// A lease is given up to be renewed.
    pub starts_over: bool,
    /// A server's refusal is not heard.
    pub ignores_refusal: bool,
    /// What a renewed lease says of other servers is not read, and what the first one said is forgotten.
    pub renewal_loses_servers: bool,
    /// When nobody answers for names, those are forgotten that are known.
    pub forgets_servers: bool,
    /// The server to be asked last is taken for the first.
    pub reverses_order: bool,
    /// Only the first server is taken in.
    pub knows_one_server: bool,
    /// Its months are counted from zero.
    pub months_from_zero: bool,
    /// Its clock stands still while the link is down.
    pub clock_stands_in_cuts: bool,
    /// Its times are those of the ten seconds that they are in.
    pub rounds_time: bool,
    /// A loss of link makes it summer.
    pub summer_after_cut: bool,
    /// Who has no address asks for one twenty times a second.
    pub asks_hastily: bool,
    /// The time is asked for twenty times a second until somebody answers.
    pub asks_time_hastily: bool,
    /// A clock that is ahead is not set back.
    pub never_steps_back: bool,
    /// When the server does not answer at once, what was given is given up.
    pub gives_up_at_silence: bool,
    /// Its clock gains two seconds a minute.
    pub clock_gains: bool,
}
