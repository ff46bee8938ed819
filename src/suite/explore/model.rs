//! The post's contract as a table: what may be done to a post, when, and where that leaves it. A life is a walk over
//! it.
//!
//! A row says no more than what holds for every healthy post: `InCall` is a post on which a press was made, whatever
//! became of it. What a post owes at each moment is judged by the standing watch; here stands only what brings that
//! about. Limits are those of `domain.md`, section 3.

/// How things stand around a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing is wrong, and nobody has pressed since the last call was ended.
    Quiet,
    /// Nothing is wrong, and a press was made: it calls, rings, talks, or came to nothing.
    InCall,
    /// No light on the fibre.
    Cut,
    /// The fibre was cut on a post on which a press had been made.
    CutInCall,
    /// The light has just come back.
    Back,
    /// No mains.
    Off,
    /// No mains and no light.
    Dark,
    /// The mains have just come back.
    Waking,
    /// The main server answers nothing or refuses; the backup serves.
    OnBackup,
    /// Both servers answer nothing.
    Unserved,
}

/// What a parameter of a sentence may be: one of these ranges, drawn evenly. The lower end of the first is the
/// plainest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// In milliseconds.
    Time(&'static [(u64, u64)]),
    Count(&'static [(u64, u64)]),
    Requirement(&'static str),
}

/// A sentence of the phrase book, by its English wording, and what its parameters may be.
pub type Saying = (&'static str, &'static [Draw]);

/// What may be done.
#[derive(Debug)]
pub struct Row {
    pub from: State,
    /// Its name in the coverage.
    pub deed: &'static str,
    pub says: &'static [Saying],
    pub to: State,
    /// How often it is drawn, against the other rows of its state.
    pub weight: u32,
}

const PASS: &str = "{duration} pass(es)";
const PRESS: &str = "the button is pressed for {duration}";
const SERIES: &str = "the button is pressed {times} for {duration}, and the operator ends each call after {duration}";
const PULSES: &str = "{count} interference pulses of {duration} reach the button, {duration} apart";
const BOUNCES: &str = "the button contact bounces {times} for {duration} and then closes for {duration}";
const END: &str = "the operator ends every call that stands";
const ANSWERS: &str = "the operator answers after {duration}";
const ABSENT: &str = "the operator does not answer";
const BUSY: &str = "the operator is busy";
const SECOND: &str = "there is a second operator, who answers after {duration}";
const CUT: &str = "the fibre is cut";
const CUT_FOR: &str = "the fibre is cut for {duration}";
const RESTORED: &str = "the fibre is restored";
const REJOINED: &str = "the post is registered again at most {duration} after the fibre's return [T20]";
const OFF: &str = "the post is switched off";
const ON: &str = "the mains is switched on";
const STARTED: &str = "the post is registered at most {duration} after power-on [T19]";
const MAIN_SILENT: &str = "the main server takes everything and answers nothing";
const MAIN_REFUSES: &str = "the main server refuses every request";
const ALL_SILENT: &str = "the servers take everything and answer nothing";
const HANG: &str = "the firmware of the post hangs";
const REVIVED: &str = "the post has started anew and is registered at most {duration} after the hang [T19]";
const HOLD: &str = "the button is held down";
const LET_GO: &str = "the button is let go";
const IN_ORDER: &str = "the servers are in order again";

/// A finger: T29, with the margin that a relay needs to prove it.
const FINGER: Draw = Draw::Time(&[(150, 150), (115, 140), (150, 900), (1_000, 3_000)]);
/// A hand that does not let go; up to what is no fault yet (T28), and beyond.
const HELD: Draw = Draw::Time(&[(12_000, 12_000), (2_000, 14_000), (18_000, 45_000)]);
/// What may count or not: between T30 and T29.
const DOUBTFUL: Draw = Draw::Time(&[(90, 105)]);
const MOMENT: Draw = Draw::Time(&[(500, 500), (50, 950), (1_000, 3_000)]);
/// Long enough for whatever a press leads to; mostly too short for both sides to speak, which takes the most of a
/// life's time.
const WHILE: Draw = Draw::Time(&[(1_500, 1_500), (2_000, 6_000), (6_000, 14_000), (15_000, 40_000)]);
const LONG: Draw = Draw::Time(&[(60_000, 60_000), (60_000, 300_000), (600_000, 3_600_000), (3_600_000, 10_800_000)]);
const GAP: Draw = Draw::Time(&[(300, 300), (50, 950), (1_000, 2_000)]);

const fn row(from: State, deed: &'static str, weight: u32, says: &'static [Saying], to: State) -> Row {
    Row { from, deed, says, to, weight }
}

use State::{Back, Cut, CutInCall, Dark, InCall, Off, OnBackup, Quiet, Unserved, Waking};

/// All of it.
pub const ROWS: &[Row] = &[
    // Nothing is wrong.
    row(Quiet, "press", 30, &[(PRESS, &[FINGER])], InCall),
    row(Quiet, "held press", 5, &[(PRESS, &[HELD])], InCall),
    row(Quiet, "held through a call", 2, &[(HOLD, &[]), (PASS, &[WHILE]), (END, &[]), (PASS, &[WHILE]), (LET_GO, &[])], InCall),
    row(Quiet, "doubtful press", 2, &[(PRESS, &[DOUBTFUL])], InCall),
    row(Quiet, "bouncing press", 2, &[(BOUNCES, &[BOUNCED, Draw::Time(&[(5, 5)]), FINGER])], InCall),
    row(Quiet, "interference", 2, &[(PULSES, PULSED)], Quiet),
    row(Quiet, "series of calls", 4, &[(SERIES, &[Draw::Count(&[(3, 3), (4, 12), (20, 60)]), FINGER, TALK])], Quiet),
    row(Quiet, "quiet", 4, &[(PASS, &[WHILE])], Quiet),
    row(Quiet, "long quiet", 3, &[(PASS, &[LONG])], Quiet),
    row(Quiet, "operator answers", 5, &[(ANSWERS, &[Draw::Time(&[(1_000, 1_000), (0, 300), (2_000, 20_000)])])], Quiet),
    row(Quiet, "operator absent", 3, &[(ABSENT, &[])], Quiet),
    row(Quiet, "operator busy", 2, &[(BUSY, &[])], Quiet),
    row(Quiet, "second operator", 3, &[(SECOND, &[Draw::Time(&[(1_000, 1_000), (2_000, 30_000)])])], Quiet),
    row(Quiet, "cut", 5, &[(CUT, &[]), (PASS, &[CUT_LASTS])], Cut),
    row(Quiet, "long cut", 2, &[(CUT_FOR, &[Draw::Time(&[(70_000, 70_000), (70_000, 1_500_000)])]), (REJOINED, &[T20])], Quiet),
    row(Quiet, "glitch", 2, &[(CUT_FOR, &[GLITCH])], Back),
    row(Quiet, "hang", 1, &[(HANG, &[]), (REVIVED, &[T19])], Quiet),
    row(Quiet, "power cut", 3, &[(OFF, &[]), (PASS, &[OFF_LASTS])], Off),
    row(Quiet, "main server silent", 2, &[(MAIN_SILENT, &[]), (PASS, &[SERVER_LASTS])], OnBackup),
    row(Quiet, "main server refuses", 2, &[(MAIN_REFUSES, &[]), (PASS, &[SERVER_LASTS])], OnBackup),
    row(Quiet, "servers silent", 2, &[(ALL_SILENT, &[]), (PASS, &[SERVER_LASTS])], Unserved),
    // A press was made.
    row(InCall, "wait", 20, &[(PASS, &[WHILE])], InCall),
    row(InCall, "long wait", 1, &[(PASS, &[Draw::Time(&[(60_000, 60_000), (60_000, 200_000)])])], InCall),
    row(InCall, "press again", 8, &[(PASS, &[MOMENT]), (PRESS, &[FINGER])], InCall),
    row(InCall, "hold again", 2, &[(PASS, &[MOMENT]), (PRESS, &[HELD])], InCall),
    row(InCall, "interference", 1, &[(PULSES, PULSED)], InCall),
    row(InCall, "end", 16, &[(PASS, &[MOMENT]), (END, &[]), (PASS, &[Draw::Time(&[(2_000, 2_000), (2_000, 30_000)])])], Quiet),
    row(InCall, "end, and press at once", 6, &[(PASS, &[WHILE]), (END, &[]), (PASS, &[GAP]), (PRESS, &[FINGER])], InCall),
    row(InCall, "glitch", 3, &[(PASS, &[MOMENT]), (CUT_FOR, &[GLITCH])], InCall),
    row(InCall, "cut", 3, &[(PASS, &[MOMENT]), (CUT, &[]), (PASS, &[CUT_LASTS])], CutInCall),
    row(InCall, "hang", 1, &[(PASS, &[MOMENT]), (HANG, &[]), (REVIVED, &[T19]), (PASS, &[WHILE])], InCall),
    row(InCall, "power cut", 2, &[(PASS, &[MOMENT]), (OFF, &[]), (PASS, &[OFF_LASTS])], Off),
    row(InCall, "main server silent", 1, &[(MAIN_SILENT, &[]), (PASS, &[SERVER_LASTS])], OnBackup),
    row(InCall, "servers silent", 1, &[(ALL_SILENT, &[]), (PASS, &[SERVER_LASTS])], Unserved),
    // No light.
    row(Cut, "press", 8, &[(PRESS, &[FINGER]), (PASS, &[WHILE])], Cut),
    row(Cut, "held press", 2, &[(PRESS, &[HELD]), (PASS, &[WHILE])], Cut),
    row(Cut, "interference", 1, &[(PULSES, PULSED)], Cut),
    row(Cut, "wait", 3, &[(PASS, &[CUT_LASTS])], Cut),
    row(Cut, "return", 9, &[(RESTORED, &[])], Back),
    row(Cut, "power cut", 2, &[(OFF, &[]), (PASS, &[OFF_LASTS])], Dark),
    row(CutInCall, "press", 3, &[(PRESS, &[FINGER]), (PASS, &[MOMENT])], CutInCall),
    row(CutInCall, "wait", 2, &[(PASS, &[CUT_LASTS])], CutInCall),
    row(CutInCall, "return", 6, &[(RESTORED, &[]), (PASS, &[WHILE])], InCall),
    row(CutInCall, "power cut", 1, &[(OFF, &[]), (PASS, &[OFF_LASTS])], Dark),
    // The light has just come back.
    row(Back, "press", 4, &[(PASS, &[Draw::Time(&[(500, 500), (50, 10_000)])]), (PRESS, &[FINGER])], InCall),
    row(Back, "wait", 8, &[(PASS, &[Draw::Time(&[(40_000, 40_000), (5_000, 70_000)])])], InCall),
    row(Back, "cut again", 4, &[(PASS, &[MOMENT]), (CUT, &[]), (PASS, &[CUT_LASTS])], Cut),
    // No mains.
    row(Off, "press", 2, &[(PRESS, &[FINGER])], Off),
    row(Off, "return", 8, &[(ON, &[])], Waking),
    row(Dark, "return of the mains", 6, &[(ON, &[]), (PASS, &[Draw::Time(&[(1_000, 1_000), (1_000, 90_000)])])], Cut),
    row(Dark, "return of the light", 2, &[(RESTORED, &[])], Off),
    row(Waking, "press", 6, &[(PASS, &[Draw::Time(&[(1_500, 1_500), (1_200, 60_000)])]), (PRESS, &[FINGER])], Waking),
    row(Waking, "register", 6, &[(STARTED, &[T19]), (PASS, &[WHILE])], InCall),
    row(Waking, "power cut again", 2, &[(PASS, &[WHILE]), (OFF, &[]), (PASS, &[OFF_LASTS])], Off),
    row(Waking, "cut", 1, &[(PASS, &[WHILE]), (CUT, &[]), (PASS, &[CUT_LASTS])], Cut),
    // Servers.
    row(OnBackup, "press", 5, &[(PRESS, &[FINGER]), (PASS, &[WHILE])], OnBackup),
    row(OnBackup, "end", 3, &[(END, &[]), (PASS, &[WHILE])], OnBackup),
    row(OnBackup, "return", 5, &[(IN_ORDER, &[]), (PASS, &[SERVER_LASTS])], InCall),
    row(OnBackup, "servers silent", 1, &[(ALL_SILENT, &[]), (PASS, &[SERVER_LASTS])], Unserved),
    row(Unserved, "press", 5, &[(PRESS, &[FINGER]), (PASS, &[WHILE])], Unserved),
    row(Unserved, "return", 5, &[(IN_ORDER, &[]), (PASS, &[SERVER_LASTS])], InCall),
];

const BOUNCED: Draw = Draw::Count(&[(10, 10), (3, 12)]);
const PULSED: &[Draw] = &[Draw::Count(&[(20, 20), (5, 100)]), Draw::Time(&[(6, 6)]), Draw::Time(&[(60, 60), (60, 300)])];
/// Of each talk of a series.
const TALK: Draw = Draw::Time(&[(1_000, 1_000), (1_000, 1_500), (4_000, 4_000)]);
const GLITCH: Draw = Draw::Time(&[(1_000, 1_000), (200, 1_000)]);
const CUT_LASTS: Draw = Draw::Time(&[(10_000, 10_000), (500, 5_000), (1_000, 20_000), (20_000, 100_000), (100_000, 1_000_000)]);
const OFF_LASTS: Draw = Draw::Time(&[(5_000, 5_000), (1_000, 5_000), (5_000, 60_000), (60_000, 600_000)]);
const SERVER_LASTS: Draw = Draw::Time(&[(70_000, 70_000), (1_000, 20_000), (20_000, 240_000)]);
/// As the suite asks for it; a rig that asks for more has its own figure.
const T19: Draw = Draw::Time(&[(60_000, 60_000)]);
const T20: Draw = Draw::Time(&[(15_000, 15_000)]);

/// How every life begins.
pub const BIRTH: &[Saying] = &[("the post is ready", &[]), (ANSWERS, &[Draw::Time(&[(1_000, 1_000)])])];

/// What makes everything whole again.
pub const fn mended(state: State) -> &'static [Saying] {
    match state {
        Quiet | InCall | Back | Waking => &[],
        Cut | CutInCall => &[(RESTORED, &[])],
        Off => &[(ON, &[])],
        Dark => &[(RESTORED, &[]), (ON, &[])],
        OnBackup | Unserved => &[(IN_ORDER, &[])],
    }
}

/// How every life ends: everything is whole again, and an ordinary press is served like the first.
pub const END_OF_LIFE: &[Saying] = &[
    (ANSWERS, &[Draw::Time(&[(1_000, 1_000)])]),
    (PASS, &[Draw::Time(&[(180_000, 180_000)])]),
    (END, &[]),
    (PASS, &[Draw::Time(&[(10_000, 10_000)])]),
    ("a talk with the operator is under way", &[]),
    (PASS, &[Draw::Time(&[(5_000, 5_000)])]),
    ("the talk goes on", &[]),
    ("the operator hangs up", &[]),
    ("both lamps are dark at most {duration} after the end of the talk [T06]", &[Draw::Time(&[(500, 500)])]),
    ("no further call reaches the operator within {duration} [{requirement}]", &[LISTENS, Draw::Requirement("T32")]),
    (PRESS, &[Draw::Time(&[(150, 150)])]),
    ("the operator's phone rings at most {duration} after the press [T02]", &[Draw::Time(&[(2_000, 2_000)])]),
    (PASS, &[Draw::Time(&[(5_000, 5_000)])]),
    (END, &[]),
    (PASS, &[Draw::Time(&[(2_000, 2_000)])]),
];
const LISTENS: Draw = Draw::Time(&[(20_000, 20_000)]);
